import { invalidOption } from '../options.js'
import { type NeededColumns, neededColumns, type SelectedColumns } from '../store/needed-columns.js'

const factory = 'createKeyring'
const fieldName = /^[A-Za-z][A-Za-z0-9_]*$/

interface ColumnOptions {
  readonly prisma?: unknown
  readonly tenantOfUser?: unknown
  readonly select?: unknown
}

/** What a keyring loads of tenants and users. Throws `invalid_option`. */
export function parseColumns({ prisma, tenantOfUser, select }: ColumnOptions): NeededColumns {
  if (prisma === undefined && (tenantOfUser ?? select) !== undefined) {
    const option = select === undefined ? 'tenantOfUser' : 'select'
    throw invalidOption(factory, option, 'goes with "prisma", the client whose models it names fields of')
  }
  return neededColumns(parseField(tenantOfUser ?? 'tenantId'), parseSelect(select ?? {}))
}

function parseField(field: unknown): string {
  if (typeof field === 'string' && fieldName.test(field)) return field
  throw invalidOption(factory, 'tenantOfUser', 'must be the name of a field, such as "organizationId"')
}

function parseSelect(select: unknown): SelectedColumns {
  const { tenant, user, ...others }: Record<string, unknown> = Object(select)
  if (typeof select === 'object' && Object.keys(others).length === 0 && [tenant, user].every(isSelection)) {
    return { tenant, user } as SelectedColumns
  }
  throw invalidOption(factory, 'select', 'must be like { tenant: { name: true }, user: { email: true } }')
}

function isSelection(columns: unknown): boolean {
  if (columns === undefined) return true
  if (typeof columns !== 'object' || columns === null) return false
  return Object.values(columns).every((value) => value === true)
}
