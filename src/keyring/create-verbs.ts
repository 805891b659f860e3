import type { DefaultLimits } from '../key/attenuation.js'
import type { OwnKeys } from '../key/own-keys.js'
import type { KnownScopes } from '../key/scope-definition.js'
import type { SecretFormat } from '../key/secret.js'
import type { Limiter } from '../limits/create-limiter.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { createEvents } from './events.js'
import { createGet } from './get.js'
import { createInspect } from './inspect.js'
import { createIssue } from './issue.js'
import { createList } from './list.js'
import { createPrune } from './prune.js'
import { createRevoke } from './revoke.js'
import { createRevokeAll } from './revoke-all.js'
import { createRotate } from './rotate.js'
import { createUpdate } from './update.js'
import { createUsage } from './usage.js'

interface Dependencies {
  readonly format: SecretFormat
  readonly inTransaction: InKeyTransaction
  readonly defaultLimits: DefaultLimits
  readonly scopes: KnownScopes | undefined
  readonly own: OwnKeys
  readonly limiter: Limiter
  /** Writes what this process has noted of the use of keys. */
  readonly flush: () => Promise<void>
}

/** The verbs that manage keys. */
export function createVerbs(dependencies: Dependencies) {
  const { format, inTransaction, own, limiter, flush } = dependencies
  return {
    issue: createIssue(dependencies),
    rotate: createRotate(dependencies),
    update: createUpdate(dependencies),
    revoke: createRevoke({ format, inTransaction, own }),
    revokeAll: createRevokeAll({ format, inTransaction, own }),
    prune: createPrune({ inTransaction }),
    list: createList({ inTransaction }),
    get: createGet({ inTransaction }),
    events: createEvents({ inTransaction }),
    inspect: createInspect({ format, inTransaction }),
    usage: createUsage({ inTransaction, limiter, flush }),
  }
}
