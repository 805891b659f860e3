import { describe, expect, test } from '@jest/globals'
import { structure, type TableRole } from '../../src/store/structure.js'
import { useDatabase } from '../support/database.js'

const database = useDatabase()

/** What the list says of a kind, as `table name`. */
function listed(kind: 'columns' | 'constraints' | 'triggers', roles: (role: string) => boolean): string[] {
  return structure
    .flatMap((migration) => Object.entries(migration[kind]))
    .filter(([role]) => roles(role))
    .flatMap(([role, names = []]) => names.map((name) => `${role} ${name}`))
    .sort()
}

async function found(sql: string): Promise<string[]> {
  const rows = await database.query(sql)
  return rows.map(({ part }) => String(part)).sort()
}

const owners: readonly string[] = ['tenants', 'users'] satisfies TableRole[]
const isOwn = (role: string) => !owners.includes(role)

// Whoever adds a migration is told here to add it to the list, or doctor would not know it.
describe('the list of what the migrations make', () => {
  test('has every migration', async () => {
    expect(structure.map(({ migration }) => migration)).toEqual(
      await found('SELECT migration_name AS part FROM _prisma_migrations'),
    )
  })

  test('has every column of every table that is not the host’s', async () => {
    expect(listed('columns', isOwn)).toEqual(
      await found(`SELECT table_name || ' ' || column_name AS part FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT IN ('tenants', 'users', '_prisma_migrations')`),
    )
  })

  test('has every constraint of the kind CHECK', async () => {
    expect(listed('constraints', () => true)).toEqual(
      await found(`SELECT conrelid::regclass || ' ' || conname AS part FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace`),
    )
  })

  test('has every trigger', async () => {
    expect(listed('triggers', () => true)).toEqual(
      await found(`SELECT tgrelid::regclass || ' ' || tgname AS part FROM pg_trigger WHERE NOT tgisinternal`),
    )
  })
})
