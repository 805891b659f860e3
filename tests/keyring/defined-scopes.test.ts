import { beforeAll, describe, expect, test } from '@jest/globals'
import { type ApiKeyEvent, defineScopes, type Keyring, type KeyringOptions } from 'express-api-keys'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { outcomeOf } from '../support/watched-keyring.js'

const database = useDatabase()
const scopes = defineScopes(['orders:read', 'orders:write'])
const form = 'must be among "orders:read", "orders:write" and the wildcards over them, such as "orders:*"'

describe('a keyring with defined scopes', () => {
  let keyring: Keyring
  let owner: TenantWithUser
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url, scopes })
    owner = await database.addTenant()
  })

  test('gives keys its scopes, and the wildcards over them', async () => {
    const given = ['orders:read', 'orders:*', '*']

    const { apiKey } = await keyring.issue({ ...owner, name: 'CI', scopes: given })

    expect(apiKey.scopes).toEqual(given)
  })

  test('gives no key another scope, neither new nor later', async () => {
    const { apiKey } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
    const wrong = { scopes: ['orders:read', 'orders:raed'] }
    const refusal = { code: 'invalid_input', field: 'scopes', message: `scopes: ${form}; scopes[1] is none` }

    await expect(keyring.issue({ ...owner, name: 'CI', ...wrong })).rejects.toMatchObject(refusal)
    await expect(keyring.update({ tenantId: owner.tenantId, id: apiKey.id, ...wrong })).rejects.toMatchObject(
      refusal,
    )
  })

  test('changes and rotates a key that holds another scope from before, as long as its scopes stay', async () => {
    const { apiKey } = await openKeyring({ databaseUrl: database.url }).issue({
      ...owner,
      name: 'CI',
      scopes: ['stock:read'],
    })
    const key = { tenantId: owner.tenantId, id: apiKey.id }

    await keyring.update({ ...key, name: 'CI of before' })
    const { apiKey: successor } = await keyring.rotate(key)

    expect(successor).toMatchObject({ name: 'CI of before', scopes: ['stock:read'] })
    await expect(keyring.update({ ...key, scopes: ['stock:read'] })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })
})

describe('scopes that keys hold and nobody has defined', () => {
  /** Until the event, or until the keyring has had its first heartbeat and more. */
  async function heardAtStart(defined: KeyringOptions): Promise<ApiKeyEvent[]> {
    const events: ApiKeyEvent[] = []
    const keyring = openKeyring({
      databaseUrl: database.url,
      ...defined,
      cache: { heartbeatMs: 50 },
      onEvent: (event) => events.push(event),
    })
    const end = Date.now() + 3_000
    while (Date.now() < end && !events.some(({ type }) => type === 'unknown_scopes')) {
      await outcomeOf(keyring, 'ak_nothing')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return events.filter(({ type }) => type === 'unknown_scopes')
  }

  beforeAll(async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    const add = (...held: string[]) => keyring.issue({ ...owner, name: 'CI', scopes: held })
    await add('orders:read', 'audit:read')
    await add('*', 'orders:*', 'audit:*', 'audit:read')
    const { apiKey } = await add('revoked:read')
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })
    await database.query(`DELETE FROM api_keys WHERE scopes @> '"stock:read"'`)
  })

  test('are told once at the start, but for those of keys that have ended', async () => {
    expect(await heardAtStart({ scopes })).toEqual([
      { type: 'unknown_scopes', scopes: ['audit:*', 'audit:read'] },
    ])
  })

  test('are not looked for where all are defined, or none', async () => {
    const all = defineScopes(['orders:read', 'audit:read'])

    expect(await heardAtStart({ scopes: all })).toEqual([])
    expect(await heardAtStart({})).toEqual([])
  }, 20_000)
})
