import { shippedFile } from '../package-files.js'
import { idColumnOf } from './id-column.js'
import type { Owners } from './owners.js'
import { requirePlainNames } from './plain-names.js'

const TABLES = 'existing-app-tables.sql'
const PLACEHOLDER = /<(tenants|users)(\.id)?( type)?>/g

/** The migration that makes the tables of keys beside the host's, with all that guards them. Throws a usage failure. */
export function migrationSql(owners: Owners): string {
  requirePlainNames(owners)
  const of = { tenants: owners.tenant, users: owners.user }
  const tables = shippedFile(TABLES).replace(/^(?:--.*\n)+\n/, '')
  const named = tables.replaceAll(PLACEHOLDER, (_, role: keyof typeof of, id?: string, type?: string) => {
    const { model, id: column } = of[role]
    if (type !== undefined) return idColumnOf(of[role]).sql
    return quoted(id === undefined ? model.table : column.column)
  })
  return `${named}\n${withNames(shippedFile('existing-app.sql'), owners)}`
}

function withNames(sql: string, { tenant, user, tenantOfUser }: Owners): string {
  const names: Readonly<Record<string, string>> = {
    tenants: tenant.model.table,
    tenants_id: tenant.id.column,
    users: user.model.table,
    users_id: user.id.column,
    users_tenant_id: tenantOfUser.column,
  }
  return sql
    .replace(/^-- CHANGE THESE FIVE:/m, '-- These five are those of your schema:')
    .replace(/ Append this file to the\n-- migration that .*? It needs/s, ' It needs')
    .replaceAll(/^SET express_api_keys\.(\w+) = '.*';$/gm, (_, name: string) => {
      return `SET express_api_keys.${name} = '${(names[name] ?? '').replaceAll("'", "''")}';`
    })
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Whether a migration is one of ours, by its first statement: a host may have renamed its folder. */
export function makesTables(sql: string): boolean {
  const [first = ''] = /^CREATE TABLE .*$/m.exec(shippedFile(TABLES)) ?? []
  return sql.includes(first)
}

/** After whatever migrations there are: Prisma applies them in the order of their names. */
export function migrationName(nowMs: number, earlier: readonly string[]): string {
  const now = new Date(nowMs).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const last = earlier.map((name) => /^\d{14}/.exec(name)?.[0] ?? '').reduce((a, b) => (a > b ? a : b), '')
  return `${now > last ? now : BigInt(last) + 1n}_api_keys`
}
