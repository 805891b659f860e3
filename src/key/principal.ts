import type { ApiKey } from './api-key.js'
import type { Grants } from './grants.js'

/** A tenant or user as the database holds it; every column of the row comes along. */
export interface Owner {
  readonly id: string
}

/** What an authenticated request gets. Frozen, for many requests may share it. */
export interface Principal {
  readonly apiKey: ApiKey
  readonly tenant: Owner
  readonly user: Owner
  readonly grants: Grants
}
