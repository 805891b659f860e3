import { describe, expect, test } from '@jest/globals'
import type { Keyring } from 'express-api-keys'
import request from 'supertest'
import { createApp, frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, a keyring that a host has wrapped', ({ express }) => {
  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['an empty object', {}],
    ['a promise of null', Promise.resolve(null)],
    // biome-ignore lint/suspicious/noThenProperty: such thenables are what is tested
    ['a foreign thenable of null', { then: (resolve: (value: null) => void) => resolve(null) }],
  ])('and that answers %s for a key never lets it pass', async (_, answer) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const wrapped: Keyring = { ...keyring, authenticate: (() => answer) as never }
    const app = createApp({ keyring: wrapped, optional: true }, express)

    const { status } = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(status).toBe(503)
  })

  test('keeps its own, stricter authenticate', async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const refuse = async () => {
      throw new Error('not on Sundays')
    }
    const app = createApp({ keyring: { ...keyring, authenticate: refuse } }, express)

    const { status } = await request(app).get('/whoami').auth(secret, { type: 'bearer' })

    expect(status).toBe(503)
  })
})
