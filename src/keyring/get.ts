import type { ApiKey } from '../key/api-key.js'
import type { KeyOfTenant, KeyStore } from '../store/key-store.js'
import { requireId } from './input.js'

export type Get = (key: KeyOfTenant) => Promise<ApiKey | null>

export function createGet({ store }: { readonly store: Pick<KeyStore, 'find'> }): Get {
  return async ({ tenantId, id }) =>
    store.find({ tenantId: requireId('tenantId', tenantId), id: requireId('id', id) })
}
