import {
  type ApiKey,
  ApiKeyError,
  apiKeyAuth,
  createKeyring,
  type IssuedKey,
  type Keyring,
  keyStatus,
  type Principal,
  type ReplayedKey,
  requireScope,
} from 'express-api-keys'
import { exactly } from '../exactly.js'

exactly<ReturnType<typeof createKeyring>, Keyring>()

createKeyring()
createKeyring({ databaseUrl: 'postgresql://localhost/app', prefix: 'acme_live', queryTimeoutMs: 500 })
// @ts-expect-error misspelt
createKeyring({ databaseURL: 'postgresql://localhost/app' })
// @ts-expect-error a wrong type
createKeyring({ queryTimeoutMs: '500' })

const keyring = createKeyring()
apiKeyAuth({ keyring, optional: true, headers: ['authorization', 'x-api-key'], realm: 'orders' })
apiKeyAuth({ keyring, foreign: 'ignore' })
// @ts-expect-error no such choice
apiKeyAuth({ keyring, foreign: 'pass' })
apiKeyAuth({
  keyring,
  onDenied: ({ status, body }, _req, res) => res.status(status).json({ oops: body.title }),
})
apiKeyAuth({ keyring, onDenied: async (_denial, _req, _res, next) => next() })
// @ts-expect-error misspelt
apiKeyAuth({ keyRing: keyring })
// @ts-expect-error a wrong type
apiKeyAuth({ optional: 'yes' })
// @ts-expect-error one header is a list too
apiKeyAuth({ headers: 'x-api-key' })
// @ts-expect-error a keyring, not what it was made of
apiKeyAuth({ keyring: { databaseUrl: 'postgresql://localhost/app' } })
// @ts-expect-error several scopes are several arguments
requireScope(['orders:read'])

apiKeyAuth({
  onEvent(event) {
    if (event.type === 'refused') exactly<typeof event.cause, unknown>()
    // @ts-expect-error only refusals have a reason
    else event.reason
  },
})

export async function useVerbs(tenantId: string, userId: string): Promise<string> {
  const { apiKey, secret } = await keyring.issue({
    tenantId,
    userId,
    name: 'CI',
    scopes: ['a'],
    expiresAt: null,
  })
  exactly<typeof secret, string>()
  const { apiKeys, nextCursor } = await keyring.list({ tenantId, limit: 10 })
  exactly<typeof nextCursor, string | null>()
  // @ts-expect-error every verb that manages keys takes the tenant
  await keyring.revoke({ id: apiKey.id })
  // @ts-expect-error a key is for somebody
  await keyring.issue({ tenantId, name: 'CI' })
  // @ts-expect-error a time is a Date
  await keyring.issue({ tenantId, userId, name: 'CI', expiresAt: '2030-01-01' })
  return apiKeys.map(({ name }) => name).join()
}

export async function live(tenantId: string, id: string, issuer: Principal): Promise<ApiKey> {
  const idempotency = { key: 'request', digest: 'body' }
  const rotated = await keyring.rotate({ tenantId, id, graceMs: 1_000, issuer })
  exactly<typeof rotated.secret, string>()
  const repeatable = await keyring.rotate({ tenantId, id, idempotency })
  // Only the first answer has the secret.
  exactly<typeof repeatable.secret, string | null>()
  const issued = await keyring.issue({
    tenantId,
    userId: id,
    name: 'CI',
    metadata: { a: [1, null] },
    idempotency,
  })
  exactly<typeof issued, IssuedKey | ReplayedKey>()
  const { events } = await keyring.events({ tenantId, id })
  exactly<(typeof events)[number]['type'], 'issued' | 'rotated' | 'updated' | 'revoked' | 'pruned'>()
  const { revoked } = await keyring.revokeAll({ tenantId, reason: 'off-boarded', actor: { kind: 'system' } })
  exactly<typeof revoked, number>()
  // @ts-expect-error JSON has no dates
  await keyring.update({ tenantId, id, metadata: { at: new Date() } })
  // @ts-expect-error nobody of that kind
  await keyring.revoke({ tenantId, id, actor: { kind: 'root' } })
  // @ts-expect-error misspelt: such a key would never expire
  await keyring.issue({ tenantId, userId: id, name: 'CI', expiresat: new Date() })
  // @ts-expect-error every verb that manages keys takes the tenant
  await keyring.prune({ olderThanMs: 1 })
  const status = keyStatus(rotated.apiKey, Date.now())
  exactly<typeof status, 'active' | 'expired' | 'revoked'>()
  return keyring.update({ tenantId, id, ifVersion: rotated.apiKey.version })
}

export function explain(error: unknown): string {
  if (!(error instanceof ApiKeyError)) throw error
  // @ts-expect-error no such code
  if (error.code === 'not_fuond') return 'never'
  return error.code === 'not_found' ? 'gone' : error.message
}
