import { shippedFile } from '../package-files.js'
import { formatModels } from './host-schema.js'
import { idColumnOf } from './id-column.js'
import type { Owners } from './owners.js'

/** The other end of a relation that a key has, for the host's model. */
export interface BackRelation {
  readonly model: string
  readonly name: string
  /** With its attribute. */
  readonly type: string
}

/** Where one model is tenant and user, its two relations with keys need names. */
const relationNames = { tenant: 'ApiKeyTenant', user: 'ApiKeyUser' }

/** The package's own models, for a project that has none. */
export function ownModels(): string {
  return shippedFile('schema.prisma').replace(/^(?:generator|datasource) \w+ \{.*?^\}\n+/gms, '')
}

/** The models of keys, with the host's models and id types in place of the package's. */
export function keyModels(owners: Owners): string {
  const { tenant, user } = owners
  const [tenantId, userId] = [idColumnOf(tenant), idColumnOf(user)]
  const [ofTenant, ofUser] = isOne(owners)
    ? [`"${relationNames.tenant}", `, `"${relationNames.user}", `]
    : ['', '']
  const models = [...shippedFile('schema.prisma').matchAll(/^(?:\/\/\/.*\n)*model ApiKey.*?^\}$/gms)]
  const text = models
    .map(([model]) => model)
    .join('\n\n')
    .replaceAll(
      /^( +tenantId +)String( +@map\("tenant_id"\)) @db\.Uuid$/gm,
      `$1${tenantId.prisma}$2${tenantId.attribute}`,
    )
    .replaceAll(
      /^( +userId +)String( +@map\("user_id"\)) @db\.Uuid$/gm,
      `$1${userId.prisma}$2${userId.attribute}`,
    )
    .replaceAll(
      /^( +)tenant( +)Tenant\b(.*references: \[)id\]/gm,
      `$1tenant$2${tenant.model.name}$3${tenant.id.name}]`,
    )
    .replaceAll(/^( +)user( +)User\b(.*references: \[)id\]/gm, `$1user$2${user.model.name}$3${user.id.name}]`)
  const [apiKey = '', ...others] = text.split(/(?<=^\}$)/m)
  const named = apiKey
    .replace(/^( +tenant .*@relation\()/m, `$1${ofTenant}`)
    .replace(/^( +user .*@relation\()/m, `$1${ofUser}`)
  return formatModels(`${[named, ...others].join('')}\n`)
}

/** What the host's models have to have for it; names that they have already give way. */
export function backRelations(owners: Owners): readonly BackRelation[] {
  const { tenant, user } = owners
  const named = isOne(owners)
  const at = (role: 'tenant' | 'user') => (named ? ` @relation("${relationNames[role]}")` : '')
  const taken = new Set([...tenant.model.fields, ...user.model.fields].map(({ name }) => name))
  const free = (name: string): string => (taken.has(name) ? free(`${name}_`) : name)
  const ofTenant = free(named ? 'apiKeysAsTenant' : 'apiKeys')
  return [
    { model: tenant.model.name, name: ofTenant, type: `ApiKey[]${at('tenant')}` },
    { model: tenant.model.name, name: free('apiKeyEvents'), type: 'ApiKeyEvent[]' },
    { model: tenant.model.name, name: free('apiKeyIdempotency'), type: 'ApiKeyIdempotency[]' },
    { model: user.model.name, name: free('apiKeys'), type: `ApiKey[]${at('user')}` },
  ]
}

function isOne({ tenant, user }: Owners): boolean {
  return tenant.model.name === user.model.name
}
