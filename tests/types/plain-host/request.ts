// A host that declares nothing of its own.
import express from 'express'
import { type ApiKey, apiKeyAuth, requireAnyScope, requireScope } from 'express-api-keys'
import { exactly } from '../exactly.js'

const app = express()
app.use(apiKeyAuth())
app.get('/', requireScope('orders:read'), requireAnyScope('a', 'b'), (req, res) => {
  exactly<typeof req.apiKey, ApiKey | null | undefined>()
  exactly<typeof req.tenant, Express.Tenant | undefined>()
  exactly<typeof req.user, Express.User | undefined>()

  // @ts-expect-error not every request has a key
  res.json(req.apiKey.id)
  res.json(req.apiKey?.id)
})

export function describeKey(apiKey: ApiKey): string {
  exactly<typeof apiKey.scopes, readonly string[]>()
  exactly<typeof apiKey.expiresAt, Date | null>()

  // @ts-expect-error the hash stays in the database
  apiKey.keyHash
  // @ts-expect-error a record is shared, and is not the caller's to change
  apiKey.name = 'mine'
  // @ts-expect-error nor are its scopes
  apiKey.scopes.push('*')

  return `${apiKey.name} ${apiKey.keyPrefix}`
}
