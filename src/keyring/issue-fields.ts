import type { Host, TextHost } from '../key/host.js'
import type { Limit } from '../key/limit.js'
import type { Metadata } from '../key/metadata.js'
import type { Scope } from '../key/scope.js'
import type { ChangedBy } from './changed-by.js'

/** What a new key is given. */
export interface IssueFields<H extends Host = TextHost, S extends Scope = Scope> extends ChangedBy<H> {
  readonly tenantId: H['tenantId']
  /** A user of that tenant. */
  readonly userId: H['userId']
  /** What the key is for, in a person's words. */
  readonly name: string
  /** Default `[]`: a key that authenticates and passes no scope guard. */
  readonly scopes?: readonly S[]
  /** In the future; default `null`, which never expires. */
  readonly expiresAt?: Date | null
  /** Such as `['10/s', '100000/month']`; default `null`: the keyring's `limits.perKey`. */
  readonly limits?: readonly Limit[] | null
  /** Networks such as `10.0.0.0/8` from which alone it may be used; default `null`: everywhere. */
  readonly allowedCidrs?: readonly string[] | null
  /** A plain object of JSON values, at most 4 KiB; default `{}`. */
  readonly metadata?: Metadata
}
