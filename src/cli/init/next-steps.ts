import type { Owners } from './owners.js'

/** What is left to do, as it can be copied. */
export function nextSteps(owners: Owners | null): string {
  const field = owners?.tenantOfUser.name ?? 'tenantId'
  const options = field === 'tenantId' ? '{ prisma }' : `{ prisma, tenantOfUser: '${field}' }`
  return `Written. Now make the tables and the client:

  npx prisma migrate deploy && npx prisma generate

and guard the app with your client:

  export const keyring = createKeyring(${options})
  app.use(apiKeyAuth({ keyring }))

In TypeScript, say once what req.tenant and req.user are:

  declare global {
    namespace Express {
      interface Tenant extends TenantOf<typeof keyring> {}
      interface User extends UserOf<typeof keyring> {}
    }
  }`
}
