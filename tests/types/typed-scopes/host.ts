// A host that says which scopes it has.
import express from 'express'
import { apiKeyAuth, createKeyring, defineScopes, type Keyring, type ScopeOf } from 'express-api-keys'
import { apiKeyOpenApi, apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import { exactly } from '../exactly.js'

const scopes = defineScopes(['orders:read', 'orders:write', 'stock:shelves:read', 'health'])
const fixed = defineScopes(['orders:read'] as const)
declare const listed: readonly string[]
const loose = defineScopes(listed)

exactly<(typeof scopes)['scopes'][number], 'orders:read' | 'orders:write' | 'stock:shelves:read' | 'health'>()
exactly<ScopeOf<typeof fixed>, 'orders:read' | 'orders:*' | '*'>()
exactly<ScopeOf<typeof loose>, string>()
exactly<
  ScopeOf<typeof scopes>,
  | ('orders:read' | 'orders:write' | 'orders:*')
  | ('stock:shelves:read' | 'stock:shelves:*' | 'stock:*')
  | ('health' | '*')
>()

const { requireScope, requireAnyScope } = scopes
const app = express()
app.get('/orders/:id', requireScope('orders:read'), requireAnyScope('orders:*', '*'), (req, res) => {
  exactly<typeof req.params.id, string>()
  res.json({})
})
// @ts-expect-error misspelt
requireScope('orders:raed')
// @ts-expect-error no scope is under it
requireAnyScope('order:*')
// @ts-expect-error one of several is misspelt
requireScope('orders:read', 'orders:wriet')
// @ts-expect-error nobody may add to them
scopes.scopes.push('health')

const keyring = createKeyring({ scopes })
exactly<typeof keyring extends Keyring<infer _, infer S> ? S : never, ScopeOf<typeof scopes>>()

export async function useVerbs(tenantId: string, userId: string, id: string): Promise<void> {
  const key = { tenantId, userId, name: 'CI' }
  await keyring.issue({ ...key, scopes: ['orders:read', 'stock:*'] })
  await keyring.issue({ ...key, scopes: [], idempotency: { key: 'request', digest: 'body' } })
  await keyring.update({ tenantId, id, scopes: ['*'] })
  // @ts-expect-error misspelt
  await keyring.issue({ ...key, scopes: ['orders:raed'] })
  // @ts-expect-error misspelt
  await keyring.update({ tenantId, id, scopes: ['orders:read', 'stok:*'] })
  const { apiKey } = await keyring.rotate({ tenantId, id })
  // A key may be older than the definition.
  exactly<typeof apiKey.scopes, readonly string[]>()
}

// Whoever takes a keyring of any scope could give any.
export const takesAny = (any: Keyring) => any
// @ts-expect-error this one gives only some
takesAny(keyring)
takesAny(createKeyring({ scopes: loose }))

app.use(apiKeyAuth({ keyring }))
app.use('/api-keys', apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))
apiKeyOpenApi({ basePath: '/api-keys', scopes })
// @ts-expect-error a definition, not its names
createKeyring({ scopes: ['orders:read'] })
