import type { OwnerId } from '../key/host.js'

/** The columns of `api_keys` as Prisma returns them. */
export interface ApiKeyRow<T extends OwnerId = OwnerId, U extends OwnerId = OwnerId> {
  readonly id: string
  readonly tenantId: T
  readonly userId: U
  readonly name: string
  readonly keyPrefix: string
  readonly keyHash: string
  readonly scopes: unknown
  readonly metadata: unknown
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly createdAt: Date
  readonly rotatedFromId: string | null
  readonly familyId: string | null
  readonly rotatedAt: Date | null
  readonly graceAfterUseMs: number | null
  readonly revokedAt: Date | null
  readonly revokedReason: string | null
  readonly version: number
  readonly limits: readonly string[]
  readonly allowedCidrs: readonly string[]
}
