import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Express } from 'express'
import type { IssueInput, Keyring } from 'express-api-keys'
import request from 'supertest'
import { createAdminApp } from '../support/admin-app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe('a key that manages keys', () => {
  let keyring: Keyring
  let app: Express
  let owner: TenantWithUser
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url })
    app = createAdminApp({ keyring })
    owner = await database.addTenant()
  })

  const later = (days: number) => new Date(Date.now() + days * 86_400_000)
  const issueKey = (more: Partial<IssueInput>) => keyring.issue({ ...owner, name: 'CI', ...more })
  const managing = async (scopes: string[], expiresAt: Date | null = null) => {
    const { apiKey, secret } = await issueKey({ scopes: ['api-keys:manage', ...scopes], expiresAt })
    const send = (method: 'post' | 'patch', path: string, body: object = {}) =>
      request(app)[method](`/api-keys${path}`).auth(secret, { type: 'bearer' }).send(body)
    return { apiKey, send }
  }
  const read = ({ id }: { id: string }) => keyring.get({ tenantId: owner.tenantId, id })

  test.each([
    ['its own scopes', ['orders:read'], ['orders:read', 'api-keys:manage']],
    ['less than its own', ['orders:*'], ['orders:read', 'orders:write:all']],
    ['nothing', ['orders:read'], []],
    ['anything, if it may do everything', ['*'], ['*']],
  ])('can give %s', async (_, held, scopes) => {
    const { send } = await managing(held)

    const { status, body } = await send('post', '/', { name: 'child', scopes })

    expect([status, body.apiKey?.scopes]).toEqual([201, scopes])
  })

  test.each([
    ['a scope that it has not', ['orders:read'], ['orders:write']],
    ['a wildcard over its own scope', ['orders:read'], ['orders:*']],
    ['everything', ['orders:*'], ['*']],
    ['a scope that begins like its own', ['orders:*'], ['orders-all:read']],
    ['one scope too many', ['orders:*'], ['orders:read', 'invoices:read']],
  ])('cannot give %s', async (_, held, scopes) => {
    const { send } = await managing(held)

    const { status, body } = await send('post', '/', { name: 'child', scopes })

    expect([status, body.code, 'secret' in body]).toEqual([403, 'exceeds_issuer', false])
  })

  test('issues keys that end no later than itself', async () => {
    const { send } = await managing([], later(1))

    const answers = await Promise.all([
      send('post', '/', { name: 'shorter', expiresAt: later(0.5) }),
      send('post', '/', { name: 'longer', expiresAt: later(2) }),
      send('post', '/', { name: 'for ever' }),
      send('post', '/', { name: 'for ever', expiresAt: null }),
    ])

    expect(answers.map(({ status }) => status)).toEqual([201, 403, 403, 403])
  })

  test('issues keys of its own tenant and user, whoever is named', async () => {
    const { send } = await managing([])
    const other = await database.addTenant()

    const named = await send('post', `/?tenantId=${other.tenantId}`, { name: 'child' })
    const inBody = await send('post', '/', { name: 'child', ...other })
    const inHeaders = await send('post', '/', { name: 'child' }).set({
      'x-tenant-id': other.tenantId,
      'x-user-id': other.userId,
    })

    expect([named.status, inBody.status, inHeaders.status]).toEqual([400, 400, 201])
    expect(inHeaders.body.apiKey).toMatchObject(owner)
  })

  test.each<[string, object]>([
    ['scopes', { scopes: ['orders:*'] }],
    ['scopes of its own', { scopes: ['orders:read', 'admin'] }],
    ['a later end', { expiresAt: '2999-01-01T00:00:00Z' }],
    ['no end', { expiresAt: null }],
  ])('cannot give a key %s beyond its own by a change', async (_, change) => {
    const { send } = await managing(['orders:read'], later(1))
    const { apiKey } = await issueKey({ scopes: ['orders:read'], expiresAt: later(0.5) })

    const { status, body } = await send('patch', `/${apiKey.id}`, change)

    expect([status, body.code]).toEqual([403, 'exceeds_issuer'])
    expect(await read(apiKey)).toEqual(apiKey)
  })

  test.each<[string, 'patch' | 'post', string, object]>([
    ['rename', 'patch', '', { name: 'mine now' }],
    ['narrow', 'patch', '', { scopes: [] }],
    ['rotate', 'post', '/rotate', {}],
  ])('cannot %s a key with more rights than itself', async (_, method, route, body) => {
    const { send } = await managing(['orders:read'])
    const { apiKey } = await issueKey({ scopes: ['orders:*'] })

    const answer = await send(method, `/${apiKey.id}${route}`, body)

    expect([answer.status, answer.body.code, 'secret' in answer.body]).toEqual([403, 'exceeds_issuer', false])
    expect(await read(apiKey)).toEqual(apiKey)
  })

  test('cannot widen itself, nor outlive itself by rotating itself', async () => {
    const { apiKey, send } = await managing(['orders:read'], later(1))

    const widened = await send('patch', `/${apiKey.id}`, { scopes: ['*'] })
    const prolonged = await send('patch', `/${apiKey.id}`, { expiresAt: null })
    const rotated = await send('post', `/${apiKey.id}/rotate`)

    expect([widened.status, prolonged.status, rotated.status]).toEqual([403, 403, 201])
    expect(rotated.body.apiKey).toMatchObject({
      scopes: apiKey.scopes,
      expiresAt: apiKey.expiresAt?.toISOString(),
    })
  })

  test('is named in the trail of what it did', async () => {
    const { apiKey, send } = await managing([])
    const { body } = await send('post', '/', { name: 'child' })

    const { events } = await keyring.events({ tenantId: owner.tenantId, id: body.apiKey.id })

    expect(events.map(({ type, actor }) => [type, actor.kind, actor.id])).toEqual([
      ['issued', 'api_key', apiKey.id],
    ])
    expect(events[0]?.actor.address).toMatch(/127\.0\.0\.1$|^::1$/)
  })
})
