import { ApiKeyError } from '../errors.js'
import type { ApiKey } from '../key/api-key.js'
import type { KeyOfTenant, KeyStore } from '../store/key-store.js'
import { requireId } from './input.js'

export type Revoke = (key: KeyOfTenant) => Promise<ApiKey>

interface Dependencies {
  readonly store: Pick<KeyStore, 'find' | 'revoke'>
  readonly now: () => number
}

export function createRevoke({ store, now }: Dependencies): Revoke {
  return async (input) => {
    const key = { tenantId: requireId('tenantId', input.tenantId), id: requireId('id', input.id) }
    await store.revoke(key, new Date(now()))
    const apiKey = await store.find(key)
    if (apiKey === null) throw new ApiKeyError('not_found', 'There is no such API key in this tenant.')
    return apiKey
  }
}
