import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import express from 'express'
import { apiKeyAuth, defineScopes, type Host, type Keyring, type Limit } from 'express-api-keys'
import { apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import { createMemoryKeyring, type MemoryKeyringOptions } from 'express-api-keys/testing'
import request from 'supertest'
import type { TenantWithUser } from '../support/database.js'
import { noteSecret } from '../support/keyring.js'

const opened: Pick<Keyring, 'close'>[] = []
afterEach(() => Promise.all(opened.splice(0).map((keyring) => keyring.close())))

function openInMemory(options: MemoryKeyringOptions = {}): Keyring {
  const keyring = createMemoryKeyring(options)
  opened.push(keyring)
  return keyring
}

describe('a keyring in memory, where all is done within an instant', () => {
  const open = async (names: string[]) => {
    const keyring = openInMemory()
    const owner = { tenantId: randomUUID(), userId: randomUUID() }
    for (const name of names) noteSecret((await keyring.issue({ ...owner, name })).secret)
    return { keyring, ...owner }
  }

  test('pages through keys newest first, each exactly once, also past one that is pruned meanwhile', async () => {
    const { keyring, tenantId, userId } = await open(['a', 'b', 'c'])
    const first = await keyring.list({ tenantId, limit: 1 })
    const [edge] = first.apiKeys
    const page = { tenantId, cursor: String(first.nextCursor) }

    const rest = await keyring.list(page)
    await sleep(2)
    noteSecret((await keyring.issue({ tenantId, userId, name: 'd' })).secret)
    const later = await keyring.list(page)
    await keyring.revoke({ tenantId, id: String(edge?.id) })
    await keyring.prune({ tenantId, olderThanMs: 0 })
    const atLast = await keyring.list({ tenantId })

    const names = [first, rest, later, atLast].map(({ apiKeys }) => apiKeys.map(({ name }) => name).join(''))
    expect(names).toEqual(['c', 'ba', 'ba', 'dba'])
  })

  test('pages on where the key that a page ended with is pruned', async () => {
    const { keyring, tenantId } = await open(['a', 'b', 'c', 'd', 'e'])
    const first = await keyring.list({ tenantId, limit: 2 })

    await keyring.revoke({ tenantId, id: String(first.apiKeys.at(-1)?.id) })
    await keyring.prune({ tenantId, olderThanMs: 0 })
    const rest = await keyring.list({ tenantId, cursor: String(first.nextCursor) })

    expect([first, rest].map(({ apiKeys }) => apiKeys.map(({ name }) => name).join(''))).toEqual([
      'ed',
      'cba',
    ])
  })

  test('tells the trail newest first, and prunes what has just ended', async () => {
    const { keyring, tenantId } = await open(['a'])

    await keyring.revokeAll({ tenantId })
    const pruned = await keyring.prune({ tenantId, olderThanMs: 0 })

    const { events } = await keyring.events({ tenantId })
    expect(pruned).toEqual({ pruned: 1 })
    expect(events.map(({ type }) => type)).toEqual(['pruned', 'revoked', 'issued'])
  })
})

describe('a keyring in memory with tenants and users of its own', () => {
  const owners = {
    tenants: [{ id: 't1', name: 'North' }],
    users: [{ id: 'u1', tenantId: 't1', email: 'n@n.n' }],
  }

  test('has them on the principal', async () => {
    const keyring = openInMemory(owners)
    const { secret } = await keyring.issue({ tenantId: 't1', userId: 'u1', name: 'CI' })
    noteSecret(secret)

    const { tenant, user } = await keyring.authenticate(secret)

    expect([tenant, user]).toEqual([owners.tenants[0], owners.users[0]])
  })

  test.each([
    ['t1', 'u2'],
    ['t2', 'u1'],
  ])('issues no key for tenant %s and user %s', async (tenantId, userId) => {
    const keyring = openInMemory(owners)

    const issuing = keyring.issue({ tenantId, userId, name: 'CI' })

    await expect(issuing).rejects.toMatchObject({ code: 'invalid_input', field: 'userId' })
  })

  test.each<[string, unknown]>([
    ['tenantId', { tenantId: 't1', userId: 2 }],
    ['userId', { tenantId: 1, userId: '2' }],
  ])('takes no %s of another type than theirs', async (field, ids) => {
    const keyring = createMemoryKeyring<Host>({ users: [{ id: 2, tenantId: 1 }] })
    opened.push(keyring)

    const issuing = keyring.issue({ ...(ids as TenantWithUser), name: 'CI' })

    await expect(issuing).rejects.toMatchObject({
      field,
      message: `${field}: must be a number, as such ids are in the tenants and users of the keyring`,
    })
  })

  test.each<[option: string, options: object, mend: string]>([
    ['prefix', { prefix: 'AK' }, 'must be like "ak"'],
    ['database', { database: 1 }, 'does not exist'],
    ['scopes', { scopes: ['orders:read'] }, 'must be what defineScopes() returned'],
    ['tenants', { tenants: [{ name: 'North' }] }, 'must be a list of tenants, each with an "id"'],
    ['users', { users: [{ id: 'u1' }] }, 'must be a list of users, each with an "id" and a "tenantId"'],
    ['users', { users: [null] }, 'must be a list of users, each with an "id" and a "tenantId"'],
    [
      'users',
      { ...owners, tenants: [{ id: 't2' }] },
      'has a user of the tenant "t1", which "tenants" has not',
    ],
  ])('names the wrong option %s', (option, options, mend) => {
    expect(() => createMemoryKeyring(options)).toThrow(`createMemoryKeyring: option "${option}" ${mend}`)
  })

  test.each<Limit>(['3/day', '3/month', '3/lifetime'])('counts a quota of %s', async (limit) => {
    const keyring = createMemoryKeyring()
    opened.push(keyring)
    const { secret } = await keyring.issue({ tenantId: 't1', userId: 'u1', name: 'CI', limits: [limit] })

    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => keyring.authenticate(secret)))

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  })

  test('names itself for a wrong limit', () => {
    expect(() => createMemoryKeyring({ limits: { perKey: [] } })).toThrow(
      'createMemoryKeyring, limits: option "perKey" must be a list',
    )
  })
})

test('a keyring in memory with defined scopes gives keys no other', async () => {
  const keyring = createMemoryKeyring({ scopes: defineScopes(['orders:read']) })
  opened.push(keyring)
  const key = { tenantId: 't1', userId: 'u1', name: 'CI' }

  noteSecret((await keyring.issue({ ...key, scopes: ['orders:*'] })).secret)
  // @ts-expect-error The compiler knows them too.
  const issuing = keyring.issue({ ...key, scopes: ['orders:read', 'orders:raed'] })

  await expect(issuing).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'scopes',
    message:
      'scopes: must be among "orders:read" and the wildcards over them, such as "orders:*"; scopes[1] is none',
  })
})

test('a keyring in memory charges a request once, also where the router asks for its key anew', async () => {
  const keyring = openInMemory()
  const key = {
    tenantId: 't1',
    userId: 'u1',
    name: 'CI',
    scopes: ['api-keys:manage'],
    limits: ['5/day'],
  } as const
  const { secret } = await keyring.issue(key)
  noteSecret(secret)
  const app = express()
  app.use(apiKeyAuth({ keyring }), apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))

  const answers = [1, 2].map(() => request(app).get('/').auth(secret, { type: 'bearer' }))
  const limits = (await Promise.all(answers)).map(({ headers }) => headers.ratelimit)

  expect(limits.map((limit) => /r=\d/.exec(String(limit))?.[0]).toSorted()).toEqual(['r=3', 'r=4'])
})
