import { PrismaPg } from '@prisma/adapter-pg'
import express from 'express'
import { apiKeyAuth, createKeyring, requireScope, type TenantOf, type UserOf } from 'express-api-keys'
import { PrismaClient } from './generated/client.js'

const databaseUrl = String(process.env.HOST_DATABASE_URL)
export const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) })
export const keyring = createKeyring({
  prisma,
  databaseUrl,
  tenantOfUser: 'organizationId',
  select: { user: { email: true } },
})

declare global {
  namespace Express {
    interface Tenant extends TenantOf<typeof keyring> {}
    interface User extends UserOf<typeof keyring> {}
  }
}

export const app = express()
app.use(apiKeyAuth({ keyring }))
app.get('/orders', requireScope('orders:read'), (req, res) => {
  // @ts-expect-error a column that was not selected
  const hash = req.user?.passwordHash
  res.json({ tenant: req.tenant?.name, user: req.user?.email, hash })
})
app.delete('/orders', requireScope('orders:write'), (_req, res) => {
  res.sendStatus(204)
})

export async function addOwner(): Promise<{ tenantId: string; userId: string }> {
  const { id: tenantId } = await prisma.organization.create({ data: { name: 'North' } })
  const data = { organizationId: tenantId, email: 'nora@north.example', passwordHash: 'x' }
  const { id: userId } = await prisma.account.create({ data })
  return { tenantId, userId }
}
