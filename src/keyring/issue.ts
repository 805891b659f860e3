import type { ApiKey } from '../key/api-key.js'
import type { Scope } from '../key/scope.js'
import type { SecretFormat } from '../key/secret.js'
import type { KeyStore } from '../store/key-store.js'
import { requireExpiry, requireId, requireName, requireScopes } from './input.js'

export interface IssueInput {
  readonly tenantId: string
  /** A user of that tenant. */
  readonly userId: string
  /** What the key is for, in a person's words. */
  readonly name: string
  /** Default `[]`: a key that authenticates and passes no scope guard. */
  readonly scopes?: readonly Scope[]
  /** In the future; default `null`, which never expires. */
  readonly expiresAt?: Date | null
}

export interface IssuedKey {
  readonly apiKey: ApiKey
  /** The whole secret. It exists here and nowhere else: hand it over, do not log it. */
  readonly secret: string
}

export type Issue = (input: IssueInput) => Promise<IssuedKey>

interface Dependencies {
  readonly format: SecretFormat
  readonly store: Pick<KeyStore, 'insert'>
  readonly now: () => number
}

export function createIssue({ format, store, now }: Dependencies): Issue {
  return async (input) => {
    const key = {
      tenantId: requireId('tenantId', input.tenantId),
      userId: requireId('userId', input.userId),
      name: requireName(input.name),
      scopes: requireScopes(input.scopes ?? []),
      expiresAt: requireExpiry(input.expiresAt, now()),
    }
    const { secret, keyHash, keyPrefix } = format.generate()
    const apiKey = await store.insert({ ...key, keyHash, keyPrefix })
    return Object.freeze({ apiKey, secret })
  }
}
