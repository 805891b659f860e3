/** The id of a tenant or of a user: of whatever type the application's own tables have. */
export type OwnerId = string | number | bigint

/** The types of an application's ids. */
export interface OwnerIds {
  readonly tenantId: OwnerId
  readonly userId: OwnerId
}

/** Of an application whose client is not known to the compiler. */
export interface TextIds extends OwnerIds {
  readonly tenantId: string
  readonly userId: string
}

/** What an application's own models make of keys: the types of its ids, and of the rows that a request gets. */
export interface Host extends OwnerIds {
  readonly tenant: object
  readonly user: object
}

/** Of an application whose client is not known to the compiler. */
export interface TextHost extends TextIds {
  readonly tenant: Owner
  readonly user: Owner
}

/** A tenant or user as the database holds it; every column of the row comes along unless others were selected. */
export interface Owner {
  readonly id: string
}
