import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from 'express-api-keys'
import { Refusal } from '../../src/errors.js'
import { refuseCutHeaders } from '../../src/express/no-credential.js'
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

  test.each([
    ['after a scheme that is none there', ['X-API-Key: Bearer «key»']],
    ['in quotes', ['X-API-Key: "«key»"']],
    ['beside a token for somebody else', ['X-API-Key: theirs', 'Authorization: ApiKey «key»']],
  ])('%s, is not left to others as foreign', async (_, lines) => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const sharing = { keyring, foreign: 'ignore', headers: ['authorization', 'x-api-key'] } as const
    const { port, close } = await serve(createApp(sharing, express))

    const { status } = await rawRequest(
      port,
      lines.map((line) => line.replace('«key»', secret)),
    )
    await close()

    expect(status).toBe(401)
  })

  test('behind as many fields as a server keeps does not pass for no key, of http or of https', () => {
    const rawHeaders = Array<string>(100).fill('a')

    for (const server of [createServer(), createSecureServer()]) {
      server.maxHeadersCount = 50
      const socket = Object.assign(new Socket(), { server })
      expect(() => refuseCutHeaders({ rawHeaders, socket })).toThrow(Refusal)
    }
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
