import type { ApiKey } from '../key/api-key.js'
import type { Host, TextHost } from '../key/host.js'
import type { InKeyTransaction } from '../store/key-transaction.js'
import { requireFields, requireId, requireOwnerId } from './input.js'

/** Which key `keyring.get` answers. */
export interface GetInput<H extends Host = TextHost> {
  readonly tenantId: H['tenantId']
  readonly id: string
}

export type Get<H extends Host = TextHost> = (input: GetInput<H>) => Promise<ApiKey<H> | null>

export function createGet({ inTransaction }: { readonly inTransaction: InKeyTransaction }): Get<Host> {
  return async (input) => {
    requireFields(input, ['tenantId', 'id'])
    const key = { tenantId: requireOwnerId('tenantId', input.tenantId), id: requireId('id', input.id) }
    return inTransaction((keys) => keys.find(key))
  }
}
