import type { ApiKey } from '../key/api-key.js'
import type { KeyOfTenant } from '../store/key-rows.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { requireFields, requireId } from './input.js'

export type Get = (key: KeyOfTenant) => Promise<ApiKey | null>

export function createGet({ inTransaction }: { readonly inTransaction: InKeyTransaction }): Get {
  return async (input) => {
    requireFields(input, ['tenantId', 'id'])
    const key = { tenantId: requireId('tenantId', input.tenantId), id: requireId('id', input.id) }
    return inTransaction((keys) => keys.find(key))
  }
}
