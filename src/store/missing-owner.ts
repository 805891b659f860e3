/** No such tenant, no such user, or a user of another tenant: the database refuses a key for one. */
export class MissingOwner extends Error {
  constructor(cause: unknown) {
    super('the tenant has no such user', { cause })
  }
}

/** P2003 is Prisma's word for a foreign key without its row. */
export function isOwnerMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2003'
}
