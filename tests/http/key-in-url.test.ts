import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { secretFormat } from '../../src/key/secret.js'
import { createApp, frameworks, type ServedApp, serve } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'
import { rawRequest } from '../support/raw-http.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, a key in the URL', ({ express }) => {
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
    ['in the query', '/whoami?key=«key»', []],
    ['in the path', '/whoami/«key»/x', []],
    ['encoded in a parameter', '/whoami?next=%2Fx%3Fkey%3D«key»%26a%3Db', []],
    ['escaped twice', '/whoami?next=%252Fx%253Fkey%253D«key, _ as %255F»', []],
    ['with its underscore escaped', '/whoami?key=«key, _ as %5F»', []],
    ['with its first letter escaped', '/whoami/%61«key, from its second letter»', []],
    ['beside a good header', '/whoami?key=«key»', ['Authorization: Bearer «key»']],
    ['beside two headers', '/whoami?key=«key»', ['Authorization: x', 'Authorization: y']],
  ])('is refused with 400 %s', async (_, path, lines) => {
    const { status, body } = await rawRequest(
      served.port,
      lines.map((line) => line.replace('«key»', secret)),
      path
        .replace('«key»', secret)
        .replace('«key, _ as %255F»', secret.replace('_', '%255F'))
        .replace('«key, _ as %5F»', secret.replace('_', '%5F'))
        .replace('«key, from its second letter»', secret.slice(1)),
    )

    expect(status).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ code: 'invalid_request' })
  })

  test('is refused even when it never existed, for the format alone is looked at', async () => {
    const other = secretFormat('ak').generate().secret
    noteSecret(other)

    const { status } = await rawRequest(served.port, [], `/whoami?key=${other}`)

    expect(status).toBe(400)
  })

  test('raises an event that says which key to revoke', async () => {
    refusals.length = 0

    await rawRequest(served.port, [], `/whoami?key=${secret}`)

    expect(refusals).toEqual([{ type: 'refused', code: 'invalid_request', reason: 'key_in_url', keyPrefix }])
  })

  test.each([
    ['inside a longer run', '/whoami?key=x«key»'],
    ['with a longer end', '/whoami?key=«key»x'],
    ['that is cut off', '/whoami?key=«cut»'],
  ])('is not seen in a text %s', async (_, path) => {
    const url = path.replace('«key»', secret).replace('«cut»', secret.slice(0, -1))

    const { status } = await rawRequest(served.port, [], url)

    expect(status).toBe(200)
  })
})
