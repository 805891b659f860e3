// better-auth's API keys over its Prisma adapter, with its defaults but for the rate limit (10 requests a day).
import { apiKey } from '@better-auth/api-key'
import { PrismaPg } from '@prisma/adapter-pg'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { PrismaClient } from '../generated/better-auth/index.js'
import { bearerToken, refuse } from './bearer.js'
import { config, serve } from './serve.js'

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: config.databaseUrl }) })
const auth = betterAuth({
  baseURL: 'http://127.0.0.1',
  secret: 'a-secret-of-the-benchmark-that-signs-nothing-else',
  database: prismaAdapter(prisma, { provider: 'postgresql' }),
  logger: { level: 'error' },
  telemetry: { enabled: false },
  plugins: [apiKey({ rateLimit: { enabled: false } })],
})

serve(async (req, res, next) => {
  const token = bearerToken(req)
  if (token === undefined) return refuse(res)
  const { valid, key } = await auth.api.verifyApiKey({ body: { key: token } })
  if (!valid) return refuse(res)
  req.apiKey = key
  req.user = { id: key.referenceId }
  next()
})
