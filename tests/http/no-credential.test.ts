import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { createApp, frameworks, type ServedApp, serve } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { rawRequest } from '../support/raw-http.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, a key where it is not read', ({ express }) => {
  const refusals: ApiKeyEvent[] = []
  let served: ServedApp
  let secret: string
  let keyPrefix: string
  beforeAll(async () => {
    const keyring = openKeyring({
      databaseUrl: database.url,
      onEvent: (event) => event.type === 'refused' && refusals.push(event),
    })
    const issued = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    secret = issued.secret
    keyPrefix = issued.apiKey.keyPrefix
    served = await serve(createApp({ keyring, optional: true }, express))
  })
  afterAll(() => served.close())

  test.each([
    ['bare in Authorization', 'Authorization: «key»'],
    ['after another scheme', 'Authorization: ApiKey «key»'],
  ])('%s, does not pass for no key, and its owner can be told', async (_, line) => {
    refusals.length = 0

    const { status } = await rawRequest(served.port, [line.replace('«key»', secret)])

    expect(status).toBe(401)
    expect(refusals).toEqual([
      { type: 'refused', code: 'missing_credentials', reason: 'key_misplaced', keyPrefix },
    ])
  })

  test('behind more header fields than Node keeps does not pass for no key', async () => {
    const lines = [...Array(1_000).fill('a:'), `Authorization: Bearer ${secret}`]

    const { status } = await rawRequest(served.port, lines)

    expect(status).toBe(400)
  })

  test.each([
    ['another scheme', 'Authorization: Basic dXNlcjpwYXNz'],
    ['a header of another middleware', 'X-API-Key: «key»'],
  ])('is not seen in %s, which passes where a key is optional', async (_, line) => {
    const { status } = await rawRequest(served.port, [line.replace('«key»', secret)])

    expect(status).toBe(200)
  })
})
