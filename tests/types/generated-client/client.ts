import { PrismaPg } from '@prisma/adapter-pg'
import { type ApiKeyClient, createKeyring } from 'express-api-keys'
import { PrismaClient } from '../../../src/store/generated/client.js'

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: 'postgresql://localhost/app' }) })

createKeyring({ prisma })

const observed = prisma.$extends({
  query: { $allModels: { findMany: ({ args, query }) => query(args) } },
})
createKeyring({ prisma: observed })

const widened = prisma.$extends({
  model: { tenant: { plan: () => 'free' } },
  result: { apiKey: { label: { needs: { name: true }, compute: ({ name }) => `key ${name}` } } },
})
createKeyring({ prisma: widened })

declare const withoutModel: Omit<typeof prisma, 'apiKey'>
// @ts-expect-error the model is missing
createKeyring({ prisma: withoutModel })

declare const withAnotherModel: Omit<typeof prisma, 'apiKey'> & { readonly apiKey: typeof prisma.user }
// @ts-expect-error the model has other columns
createKeyring({ prisma: withAnotherModel })

declare const withoutTrail: Omit<typeof prisma, 'apiKeyEvent' | 'apiKeyIdempotency' | 'apiKeyEpoch'>
createKeyring({ prisma: withoutTrail })

// @ts-expect-error the model alone is no client
createKeyring({ prisma: { apiKey: prisma.apiKey } })

// @ts-expect-error nothing at all
createKeyring({ prisma: {} })

export const accepted: readonly ApiKeyClient[] = [prisma, observed, widened]
