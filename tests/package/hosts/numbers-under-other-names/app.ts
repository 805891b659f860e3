import { PrismaPg } from '@prisma/adapter-pg'
import express from 'express'
import { apiKeyAuth, createKeyring, requireScope, type TenantOf, type UserOf } from 'express-api-keys'
import { PrismaClient } from './generated/client.js'

const databaseUrl = String(process.env.HOST_DATABASE_URL)
export const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) })
export const keyring = createKeyring({ prisma, databaseUrl, tenantOfUser: 'worksAt' })

declare global {
  namespace Express {
    interface Tenant extends TenantOf<typeof keyring> {}
    interface User extends UserOf<typeof keyring> {}
  }
}

export const app = express()
app.use(apiKeyAuth({ keyring }))
app.get('/orders', requireScope('orders:read'), (req, res) => {
  const companyNo: number | undefined = req.tenant?.companyNo
  const employeeNo: bigint | undefined = req.user?.employeeNo
  res.json({ tenant: req.tenant?.name, user: req.user?.email, numbers: [companyNo, String(employeeNo)] })
})
app.delete('/orders', requireScope('orders:write'), (_req, res) => {
  res.sendStatus(204)
})

export async function addOwner(): Promise<{ tenantId: number; userId: bigint }> {
  const { companyNo: tenantId } = await prisma.company.create({ data: { name: 'North' } })
  const data = { worksAt: tenantId, email: 'nora@north.example' }
  const { employeeNo: userId } = await prisma.employee.create({ data })
  return { tenantId, userId }
}
