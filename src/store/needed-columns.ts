import type { OwnerColumns } from './client.js'

/** Which columns are asked for with a key, of itself, its tenant and its user. */
export interface NeededColumns {
  readonly query: {
    readonly omit: { keyHash: false; limits: false; allowedCidrs: false }
    readonly include: { tenant: OwnerColumns; user: OwnerColumns }
  }
  /** The field of a user with the id of its tenant; `id` where one model is both. */
  readonly tenantOfUser: string
}

/** Columns by their names; `undefined` is all of them. */
export interface SelectedColumns {
  readonly tenant?: Readonly<Record<string, true>> | undefined
  readonly user?: Readonly<Record<string, true>> | undefined
}

/**
 * A host may have its client leave columns out by default; without these, keys would seem unknown, unmoved or without
 * limits. A model that is older than limits is found out by naming them.
 */
export function neededColumns(tenantOfUser: string, { tenant, user }: SelectedColumns): NeededColumns {
  return {
    tenantOfUser,
    query: {
      omit: { keyHash: false, limits: false, allowedCidrs: false },
      include: {
        tenant: tenant === undefined ? true : { select: tenant },
        user:
          user === undefined
            ? { omit: { [tenantOfUser]: false } }
            : { select: { ...user, [tenantOfUser]: true } },
      },
    },
  }
}
