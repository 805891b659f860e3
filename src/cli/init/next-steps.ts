import type { Owners } from './owners.js'

/** What is left to do, as it can be copied. */
export function nextSteps(owners: Owners | null): string {
  const field = owners?.tenantOfUser.name ?? 'tenantId'
  const tenantOfUser = field === 'tenantId' ? '' : `\n    tenantOfUser: '${field}',`
  const [tenantId, userId] = [owners?.tenant.id.name ?? 'id', owners?.user.id.name ?? 'id']
  return `Written. Now make the tables and the client:

  npx prisma migrate deploy && npx prisma generate

and guard the app with your client:

  export const keyring = createKeyring({
    prisma,${tenantOfUser}
    // The columns of req.tenant and req.user; without it all of them, also hashes of passwords.
    select: { tenant: { ${tenantId}: true }, user: { ${userId}: true } },
  })
  app.use(apiKeyAuth({ keyring }))

In TypeScript, say once what req.tenant and req.user are:

  declare global {
    namespace Express {
      interface Tenant extends TenantOf<typeof keyring> {}
      interface User extends UserOf<typeof keyring> {}
    }
  }${ofOneModel(owners)}`
}

function ofOneModel(owners: Owners | null): string {
  if (owners === null || owners.tenant.model.name !== owners.user.model.name) return ''
  return `\n\nThe model ${owners.user.model.name} is tenant and user in one: wherever both ids are asked for, give its id twice.`
}
