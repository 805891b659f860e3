import type { Catalog, FoundTable } from './catalog.js'
import { type MigrationStructure, structure, type TableRole, tableRoles } from './structure.js'

export interface TriggerOfTable {
  readonly table: string
  readonly trigger: string
}

/** How one migration of the package stands in a database. */
export interface MigrationState {
  readonly migration: string
  /** What Prisma noted of it; a host whose own migrations made the same has no note. */
  readonly recorded: 'applied' | 'failed' | 'absent'
  readonly present: 'whole' | 'partly' | 'absent'
  /** In words: `column expires_at of api_keys`. */
  readonly missing: readonly string[]
  /** Whether tables or columns are missing, which Prisma makes of models; the rest is made by SQL alone. */
  readonly lacksColumns: boolean
  readonly disabledTriggers: readonly TriggerOfTable[]
}

export function compareStructure(catalog: Catalog): readonly MigrationState[] {
  return structure.map((expected) => stateOf(expected, catalog))
}

function stateOf(expected: MigrationStructure, catalog: Catalog): MigrationState {
  const { migration, columns, constraints, triggers } = expected
  const parts = [
    ...partsOf('column', columns, catalog, (table) => table.columns),
    ...partsOf('constraint', constraints, catalog, (table) => table.constraints),
    ...partsOf('trigger', triggers, catalog, (table) => table.triggers.map(({ name }) => name)),
    ...newerPartsOf(expected, catalog),
    ...ownersPartOf(expected, catalog),
  ]
  const missing = parts.filter(({ isThere }) => !isThere)
  const isBegun = parts.some(({ isThere, isTelling }) => isThere && isTelling)
  return {
    migration,
    recorded: catalog.recorded.get(migration) ?? 'absent',
    present: missing.length === 0 ? 'whole' : isBegun ? 'partly' : 'absent',
    missing: missing.map(({ words }) => words),
    lacksColumns: missing.some(({ isColumn }) => isColumn),
    disabledTriggers: entriesOf(triggers).flatMap(([role, names]) =>
      disabledOf(catalog.tables.get(role), names),
    ),
  }
}

interface Part {
  readonly words: string
  readonly isColumn: boolean
  readonly isThere: boolean
  /** Tables of tenants and users are a host's: that they have a column says nothing of a migration. */
  readonly isTelling: boolean
}

function partsOf(
  kind: 'column' | 'constraint' | 'trigger',
  expected: MigrationStructure['columns'],
  catalog: Catalog,
  namesIn: (table: FoundTable) => readonly string[],
): Part[] {
  return entriesOf(expected).flatMap(([role, names]) => {
    const table = catalog.tables.get(role)
    if (table === undefined) return [missingTable(role)]
    const there = new Set(namesIn(table))
    const isTelling = kind !== 'column' || (role !== 'tenants' && role !== 'users')
    return names.map((name) => ({
      words: `${kind} ${name} of ${table.name}`,
      isColumn: kind === 'column',
      isThere: there.has(name),
      isTelling,
    }))
  })
}

function newerPartsOf({ newerTriggers = {} }: MigrationStructure, { tables }: Catalog): Part[] {
  return tableRoles.flatMap((role) =>
    Object.entries(newerTriggers[role] ?? {}).map(([trigger, says]) => {
      const table = tables.get(role)
      if (table === undefined) return missingTable(role)
      const isThere = table.triggers.some(({ name, body }) => name === trigger && body.includes(says))
      const words = `the newer function of trigger ${trigger} of ${table.name}`
      return { words, isColumn: false, isThere, isTelling: true }
    }),
  )
}

/** A function that names other tables than the keys reference refuses every key, or none. */
function ownersPartOf({ triggerOnOwners }: MigrationStructure, { tables }: Catalog): Part[] {
  const [keys, ...owners] = [tables.get('api_keys'), tables.get('tenants'), tables.get('users')]
  const trigger = keys?.triggers.find(({ name }) => name === triggerOnOwners)
  if (trigger === undefined) return []
  return owners.flatMap((owner) =>
    owner === undefined
      ? []
      : {
          words: `the name "${owner.bareName}" in the function of trigger ${trigger.name}`,
          isColumn: false,
          isThere: trigger.body.includes(`"${owner.bareName}"`),
          isTelling: false,
        },
  )
}

function missingTable(role: TableRole): Part {
  return { words: `table ${role}`, isColumn: true, isThere: false, isTelling: true }
}

function disabledOf(table: FoundTable | undefined, names: readonly string[]): TriggerOfTable[] {
  if (table === undefined) return []
  return table.triggers
    .filter(({ name, isEnabled }) => !isEnabled && names.includes(name))
    .map(({ name }) => ({ table: table.name, trigger: name }))
}

function entriesOf(names: MigrationStructure['columns']): (readonly [TableRole, readonly string[]])[] {
  return tableRoles.flatMap((role) => {
    const ofRole = names[role]
    return ofRole === undefined ? [] : [[role, ofRole] as const]
  })
}
