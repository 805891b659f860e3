import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Express } from 'express'
import type { Keyring } from 'express-api-keys'
import { type AdminAction, authorizeByKey } from 'express-api-keys/admin'
import request, { type Test } from 'supertest'
import { allOperations } from '../../src/admin/all-operations.js'
import { asPerson, authorizePerson, createAdminApp } from '../support/admin-app.js'
import { frameworks } from '../support/app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

type Sender = 'nobody' | 'a person' | 'a key without api-keys:manage' | 'a key with api-keys:manage'
type Target = 'its own key' | 'a key of the other tenant' | 'a key that is not there'

/** What a request is answered with when nothing stands in its way. An action without a row does not compile. */
const success: Record<AdminAction, number> = {
  issue: 201,
  list: 200,
  read: 200,
  update: 200,
  rotate: 201,
  revoke: 200,
  events: 200,
  usage: 200,
}
const bodies: Partial<Record<AdminAction, object>> = { issue: { name: 'CI' }, update: { name: 'renamed' } }

const refused: Partial<Record<Sender, number>> = { nobody: 401, 'a key without api-keys:manage': 403 }
const senders: Sender[] = [
  'nobody',
  'a person',
  'a key without api-keys:manage',
  'a key with api-keys:manage',
]
const targets: Target[] = ['its own key', 'a key of the other tenant', 'a key that is not there']

const ofOneKey = allOperations.filter(({ path }) => path.includes(':id'))
const ofAllKeys = allOperations.filter(({ path }) => !path.includes(':id'))

const database = useDatabase()

interface Tenant {
  readonly owner: TenantWithUser
  readonly headers: Readonly<Record<Sender, Record<string, string>>>
}

async function addTenant(keyring: Keyring): Promise<Tenant> {
  const owner = await database.addTenant()
  const bearerOf = async (scopes: string[]) => {
    const { secret } = await keyring.issue({ ...owner, name: 'caller', scopes })
    return { authorization: `Bearer ${secret}` }
  }
  const headers = {
    nobody: {},
    'a person': asPerson(owner),
    'a key without api-keys:manage': await bearerOf(['orders:*', 'api-keys:read', 'manage']),
    'a key with api-keys:manage': await bearerOf(['api-keys:manage']),
  }
  return { owner, headers }
}

describe.each(frameworks)('on $framework', ({ express }) => {
  let keyring: Keyring
  let app: Express
  let tenants: [Tenant, Tenant][]
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url })
    const byKey = authorizeByKey({ keyring })
    const authorize: typeof byKey = (req) => authorizePerson(req) ?? byKey(req)
    app = createAdminApp({ keyring, authorize }, express)
    const [north, south] = [await addTenant(keyring), await addTenant(keyring)]
    tenants = [
      [north, south],
      [south, north],
    ]
  })

  function send(action: AdminAction, tenant: Tenant, sender: Sender, id = ''): Test {
    const operation = allOperations.find((each) => each.action === action)
    if (operation === undefined) throw new Error(`${action} has no route`)
    const sent = request(app)[operation.method](`/api-keys${operation.path.replace(':id', id)}`)
    return sent
      .set(tenant.headers[sender])
      .send(operation.body === 'none' ? undefined : (bodies[action] ?? {}))
  }

  const cases = ofOneKey.flatMap(({ action }) =>
    senders.flatMap((sender) => targets.map((target) => [action, sender, target] as const)),
  )

  test.each(cases)('%s answers %s, asked for %s', async (action, sender, target) => {
    const statuses = await Promise.all(
      tenants.map(async ([tenant, other]) => {
        const { apiKey } = await keyring.issue({
          ...(target === 'a key of the other tenant' ? other : tenant).owner,
          name: 'target',
        })
        const id = target === 'a key that is not there' ? randomUUID() : apiKey.id
        const { status } = await send(action, tenant, sender, id)
        const after = await keyring.get({ tenantId: apiKey.tenantId, id: apiKey.id })
        return { status, isUntouched: JSON.stringify(after) === JSON.stringify(apiKey) }
      }),
    )

    const status = refused[sender] ?? (target === 'its own key' ? success[action] : 404)
    const isUntouched = status !== success[action] || ['read', 'events', 'usage'].includes(action)
    expect(statuses).toEqual([
      { status, isUntouched },
      { status, isUntouched },
    ])
  })

  test.each(ofAllKeys.flatMap(({ action }) => senders.map((sender) => [action, sender] as const)))(
    '%s answers %s',
    async (action, sender) => {
      const statuses = await Promise.all(
        tenants.map(async ([tenant]) => (await send(action, tenant, sender)).status),
      )

      const status = refused[sender] ?? success[action]
      expect(statuses).toEqual([status, status])
    },
  )

  test.each(ofOneKey.map(({ action }) => action))(
    '%s tells a key of another tenant, a key that is not there and what is no id apart by nothing',
    async (action) => {
      const [[tenant, other] = []] = tenants
      if (tenant === undefined || other === undefined) throw new Error('there are two tenants')
      const { apiKey } = await keyring.issue({ ...other.owner, name: 'target' })

      const answers = await Promise.all(
        [apiKey.id, apiKey.id.toUpperCase(), randomUUID(), 'no-id', '%00', "' OR 1=1"].map(async (id) => {
          const { status, headers, text } = await send(action, tenant, 'a key with api-keys:manage', id)
          return JSON.stringify({ status, headers: { ...headers, date: '' }, text })
        }),
      )

      expect(answers[0]).toContain('"status":404')
      expect(new Set(answers).size).toBe(1)
    },
  )

  test('list shows keys of the own tenant only', async () => {
    const [[tenant, other] = []] = tenants
    if (tenant === undefined || other === undefined) throw new Error('there are two tenants')
    await keyring.issue({ ...other.owner, name: 'theirs' })
    await keyring.issue({ ...tenant.owner, name: 'ours' })

    const { body } = await send('list', tenant, 'a person')
    const ofOtherUser = await request(app)
      .get('/api-keys')
      .query({ userId: other.owner.userId })
      .set(tenant.headers['a person'])

    const tenantIds = body.apiKeys.map((apiKey: { tenantId: string }) => apiKey.tenantId)
    expect(new Set(tenantIds)).toEqual(new Set([tenant.owner.tenantId]))
    expect(ofOtherUser.body).toEqual({ apiKeys: [], nextCursor: null })
  })
})
