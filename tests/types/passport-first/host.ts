// Passport declares `Express.User` and `req.user` too; the order in which both are read must not matter.
// biome-ignore-start assist/source/organizeImports: the order is what is tested
import 'passport'
import { type ApiKey, apiKeyAuth } from 'express-api-keys'
import express from 'express'
import { exactly } from '../exactly.js'
// biome-ignore-end assist/source/organizeImports: the order is what is tested

declare global {
  namespace Express {
    interface User {
      id: string
      email: string
    }
  }
}

const app = express()
app.use(apiKeyAuth())
app.get('/', (req, res) => {
  exactly<typeof req.user, Express.User | undefined>()
  exactly<typeof req.apiKey, ApiKey | null | undefined>()
  exactly<typeof req.tenant, Express.Tenant | undefined>()

  // Passport's own, and ours.
  res.json([req.isAuthenticated(), req.user?.email, req.apiKey?.name])
})
