// Compiled against the installed package, as an ES module and as CommonJS.
import express from 'express'
import { apiKeyAuth, createKeyring, type Keyring, requireScope } from 'express-api-keys'
import { type AdminActor, apiKeyOpenApi, apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import { openTelemetry } from 'express-api-keys/otel'
import { actingAs, createMemoryKeyring } from 'express-api-keys/testing'

declare global {
  namespace Express {
    interface Tenant {
      id: string
    }
  }
}

export const keyring: Keyring = createKeyring({
  databaseUrl: 'postgresql://db.example/app',
  onEvent: openTelemetry({ spanAttributes: false }),
})

export const app = express()
app.use('/api-keys', apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))
app.use(
  '/people/api-keys',
  apiKeyRouter({
    keyring,
    authorize: async (req): Promise<AdminActor | null> => {
      const user: { id: string; tenantId: string } | undefined = req.body.user
      return user === undefined ? null : { tenantId: user.tenantId, userId: user.id, can: ['list', 'issue'] }
    },
  }),
)
app.get('/openapi.json', (_req, res) => {
  res.json(apiKeyOpenApi({ basePath: '/api-keys' }))
})
app.use(apiKeyAuth({ keyring, headers: ['authorization', 'x-api-key'] }))
app.get('/orders', requireScope('orders:read'), (req, res) => {
  const name: string | undefined = req.apiKey?.name
  const tenantId: string | undefined = req.tenant?.id
  res.json({ name, tenantId })
})

export async function issue(tenantId: string, userId: string): Promise<string> {
  const { secret } = await keyring.issue({ tenantId, userId, name: 'CI', scopes: ['orders:read'] })
  return secret
}

// Where the types were lost to `any`, these would compile.
// @ts-expect-error: no such option
apiKeyAuth({ keyrings: keyring })
// @ts-expect-error: no such option
openTelemetry({ meters: null })
// @ts-expect-error: nobody may manage keys unless somebody says who
apiKeyRouter({ keyring })
// @ts-expect-error: no such action
apiKeyRouter({ keyring, authorize: () => ({ tenantId: '', userId: '', can: ['everything'] }) })
// @ts-expect-error: a scope is text
requireScope(1)
// @ts-expect-error: a key belongs to a user
void keyring.issue({ tenantId: '', name: 'CI' })

export const tested = actingAs(express().use(apiKeyAuth({ keyring: createMemoryKeyring() })), {
  scopes: ['orders:read'],
})
