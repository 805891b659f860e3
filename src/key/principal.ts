import type { ApiKey } from './api-key.js'
import type { Grants } from './grants.js'
import type { Host, TextHost } from './host.js'

/** What an authenticated request gets. Frozen, for many requests may share it. */
export interface Principal<H extends Host = TextHost> {
  readonly apiKey: ApiKey<H>
  readonly tenant: H['tenant']
  readonly user: H['user']
  readonly grants: Grants
}
