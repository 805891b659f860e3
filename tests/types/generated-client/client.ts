import { PrismaPg } from '@prisma/adapter-pg'
import { type ApiKeyClient, createKeyring, type TenantOf, type UserOf } from 'express-api-keys'
import { PrismaClient } from '../../../src/store/generated/client.js'
import { exactly } from '../exactly.js'

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

// @ts-expect-error no such field of the user
createKeyring({ prisma, tenantOfUser: 'organizationId' })

// @ts-expect-error a field of the user that is no id of a tenant
createKeyring({ prisma, tenantOfUser: 'createdAt' })

declare const ofOrganizations: Omit<typeof prisma, 'user'>
createKeyring({ prisma: ofOrganizations, tenantOfUser: 'tenantId' })

// @ts-expect-error no such column of the user
createKeyring({ prisma, select: { user: { mail: true } } })
// @ts-expect-error no such model
createKeyring({ prisma, select: { owner: { id: true } } })

const whole = createKeyring({ prisma })
exactly<TenantOf<typeof whole>['createdAt'], Date>()
exactly<UserOf<typeof whole>['tenantId'], string>()

const chosen = createKeyring({ prisma, select: { tenant: { name: true }, user: { id: true, email: true } } })
exactly<keyof TenantOf<typeof chosen>, 'name'>()
exactly<keyof UserOf<typeof chosen>, 'id' | 'email'>()
exactly<Awaited<ReturnType<typeof chosen.authenticate>>['user']['email'], string>()

export const accepted: readonly ApiKeyClient[] = [prisma, observed, widened]
