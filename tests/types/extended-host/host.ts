// A host that says what its rows hold, as with Passport.
import express from 'express'
import { apiKeyAuth } from 'express-api-keys'
import { exactly } from '../exactly.js'

declare global {
  namespace Express {
    interface Tenant {
      id: string
      plan: 'free' | 'paid'
    }
    interface User {
      id: number
      email: string
    }
  }
}

const app = express()
app.use(apiKeyAuth())
app.get('/', ({ apiKey, tenant, user }, res) => {
  exactly<NonNullable<typeof apiKey>['userId'], number>()
  exactly<NonNullable<typeof apiKey>['tenantId'], string>()
  exactly<NonNullable<typeof tenant>['plan'], 'free' | 'paid'>()
  exactly<NonNullable<typeof user>['id'], number>()

  // @ts-expect-error guards make sure of a tenant at run time only
  res.json(tenant.plan)
  // @ts-expect-error no column of this host
  res.json(user?.surname)
  res.json([tenant?.plan, user?.email])
})
