import type { Router } from 'express'
import { createKeyring, type Principal, type TextHost } from 'express-api-keys'
import {
  type AdminAction,
  type AdminActor,
  type Authorize,
  adminActions,
  apiKeyOpenApi,
  apiKeyRouter,
  authorizeByKey,
} from 'express-api-keys/admin'
import { exactly } from '../exactly.js'

const keyring = createKeyring()

exactly<AdminAction, 'issue' | 'list' | 'read' | 'usage' | 'update' | 'rotate' | 'revoke' | 'events'>()
exactly<ReturnType<typeof apiKeyRouter>, Router>()
exactly<ReturnType<typeof authorizeByKey<TextHost>>, Authorize>()

apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }), realm: 'shop' })
// @ts-expect-error nobody may manage keys unless somebody says who
apiKeyRouter({ keyring })
// @ts-expect-error misspelt
apiKeyRouter({ keyring, authorise: () => null })
// @ts-expect-error a promise of nobody is fine, nothing at all is not
apiKeyRouter({ keyring, authorize: () => {} })
// @ts-expect-error one action is a list too
apiKeyRouter({ keyring, authorize: () => ({ tenantId: 't', userId: 'u', can: 'issue' }) })
// @ts-expect-error no such action
apiKeyRouter({ keyring, authorize: () => ({ tenantId: 't', userId: 'u', can: ['delete'] }) })
// @ts-expect-error an issuer that may be missing is not to be taken for nobody
export const lost = (issuer?: Principal): AdminActor => ({ tenantId: 't', userId: 'u', can: [], issuer })

export const actor = async (req: { session: { tenantId: string; userId: string } | null }) =>
  req.session && ({ ...req.session, can: adminActions } satisfies AdminActor)

exactly<ReturnType<typeof apiKeyOpenApi>['openapi'], '3.1.0'>()
// @ts-expect-error where the router is mounted is for the application to say
apiKeyOpenApi({})
