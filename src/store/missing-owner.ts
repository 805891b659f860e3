/** No such tenant, no such user, or a user of another tenant: the database refuses a key for one. */
export class MissingOwner extends Error {
  constructor(cause: unknown) {
    super('the tenant has no such user', { cause })
  }
}

/** P2003 is Prisma's word for a foreign key without its row; of a raw query it hands on PostgreSQL's, 23503. */
export function isOwnerMissing(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false
  return error.code === 'P2003' || (error.code === 'P2010' && /\b23503\b/.test(error.message))
}
