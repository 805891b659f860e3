import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { actOn } from '../express/acting.js'
import type { ApiKey } from '../key/api-key.js'
import { compileGrants } from '../key/grants.js'
import type { Host, OwnerId } from '../key/host.js'
import { isScopeList, type Scope } from '../key/scope.js'
import { isOwnerId } from '../keyring/input.js'
import { invalidOption, refuseUnknownOptions } from '../options.js'

/** An app of Express, or whatever else answers requests of Node. */
export type NodeHandler = (req: IncomingMessage, res: ServerResponse) => unknown

/** Whom requests come from. */
export interface ActingAsOptions<Tenant extends object = Express.Tenant, User extends object = Express.User> {
  /** What the key may do; default `[]`, with which no guard lets it pass. */
  readonly scopes?: readonly Scope[]
  /** What becomes `req.tenant`. Default: `{ id: 'test-tenant' }`. */
  readonly tenant?: Tenant
  /** What becomes `req.user`. Default: `{ id: 'test-user' }`. */
  readonly user?: User
  /** More of `req.apiKey`; its owners' ids are those of `tenant` and `user`. */
  readonly apiKey?: Partial<Omit<ApiKey, 'tenantId' | 'userId' | 'scopes'>>
}

const factory = 'actingAs'
const settable = Object.keys(testKey())

/**
 * The same app, for a test: every `apiKeyAuth` in it admits each request as this actor, without a key and without a
 * database. Guards ask the actor's scopes as they would a key's. Throws `invalid_option`.
 *
 * @example
 * await request(actingAs(app, { scopes: ['orders:read'], tenant: { id: 't1', name: 'North' } })).get('/orders').expect(200)
 * await request(actingAs(app, { scopes: [] })).get('/orders').expect(403)
 * await request(app).get('/orders').expect(401)
 */
export function actingAs(app: NodeHandler, actor: ActingAsOptions = {}): NodeHandler {
  refuseUnknownOptions(factory, actor, ['scopes', 'tenant', 'user', 'apiKey'])
  refuseUnknownOptions(`${factory}, apiKey`, actor.apiKey ?? {}, settable)
  if (typeof app !== 'function') throw invalidOption(factory, 'app', 'must be an app of Express')
  const principal = principalOf(actor)
  const admission = { principal, cached: null, limits: null, refuse: () => null }
  return function actingApp(req, res) {
    actOn(req, admission)
    return app(req, res)
  }
}

function principalOf({ scopes = [], tenant, user, apiKey = {} }: ActingAsOptions) {
  if (!isScopeList(scopes))
    throw invalidOption(factory, 'scopes', 'must be a list of scopes such as ["orders:read"]')
  for (const [option, row] of Object.entries({ tenant, user })) {
    if (row !== undefined && Object(row) !== row) throw invalidOption(factory, option, 'must be an object')
  }
  const owners: Host = {
    tenantId: idOf(tenant, 'test-tenant'),
    userId: idOf(user, 'test-user'),
    tenant: Object.freeze(tenant ?? { id: 'test-tenant' }),
    user: Object.freeze(user ?? { id: 'test-user' }),
  }
  return Object.freeze({
    apiKey: Object.freeze({
      ...testKey(),
      ...apiKey,
      tenantId: owners.tenantId,
      userId: owners.userId,
      scopes: Object.freeze([...scopes]),
    }),
    tenant: owners.tenant,
    user: owners.user,
    grants: compileGrants(scopes),
  })
}

function idOf(row: object | undefined, otherwise: string): OwnerId {
  const id: unknown = row === undefined ? undefined : Reflect.get(row, 'id')
  return isOwnerId(id) ? id : otherwise
}

function testKey(): Omit<ApiKey, 'tenantId' | 'userId' | 'scopes'> {
  return {
    id: randomUUID(),
    name: 'test',
    keyPrefix: 'ak_test',
    metadata: Object.freeze({}),
    limits: null,
    allowedCidrs: null,
    expiresAt: null,
    lastUsedAt: null,
    createdAt: new Date(),
    rotatedFromId: null,
    rotatedAt: null,
    revokedAt: null,
    revokedReason: null,
    version: 1,
  }
}
