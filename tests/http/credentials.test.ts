import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createApp, frameworks, type ServedApp, serve } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'
import { rawRequest } from '../support/raw-http.js'

const database = useDatabase()

describe.each(frameworks)('on $framework, the Authorization header', ({ express }) => {
  let served: ServedApp
  let secret: string
  beforeAll(async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    secret = (await keyring.issue({ ...owner, name: 'CI' })).secret
    served = await serve(createApp({ keyring }, express))
  })
  afterAll(() => served.close())

  // «key» stands for a living secret: titles are printed, and secrets must not be.
  test.each([
    'Authorization: Bearer «key»',
    'Authorization: bearer «key»',
    'Authorization: BEARER «key»',
    'authorization:Bearer    «key»',
    'AUTHORIZATION: Bearer «key»   ',
  ])('lets a living key pass in %j', async (line) => {
    const { status } = await rawRequest(served.port, [line.replace('«key»', secret)])

    expect(status).toBe(200)
  })

  test.each([
    ['no header at all', []],
    ['an empty value', ['Authorization:']],
    ['a value of spaces', ['Authorization:    ']],
    ['a bare key', ['Authorization: «key»']],
    ['the scheme without a space', ['Authorization: Bearer«key»']],
    ['another scheme', ['Authorization: Basic dXNlcjpwYXNz']],
    ['another scheme before ours', ['Authorization: Basic x, Bearer «key»']],
    ['a scheme that begins like ours', ['Authorization: Bearer-Key «key»']],
    ['x-api-key where it was not opted in', ['X-API-Key: «key»']],
    ['the proxy header', ['Proxy-Authorization: Bearer «key»']],
    ['a cookie', ['Cookie: authorization=Bearer «key»']],
  ])('carries no credential with %s', async (_, lines) => {
    const { status, head, body } = await rawRequest(
      served.port,
      lines.map((line) => line.replace('«key»', secret)),
    )

    expect(status).toBe(401)
    expect(head).toContain('WWW-Authenticate: Bearer realm="api"\r\n')
    expect(JSON.parse(body)).toEqual({
      type: 'urn:problem:express-api-keys:missing_credentials',
      title: 'This request needs an API key.',
      status: 401,
      code: 'missing_credentials',
    })
  })

  test.each([
    ['the scheme alone', ['Authorization: Bearer']],
    ['the scheme in lower case alone', ['Authorization: bearer ']],
    ['a tab for the space', ['Authorization: Bearer\t«key»']],
    ['a tab after the space', ['Authorization: Bearer \t«key»']],
    ['two words', ['Authorization: Bearer «key» «key»']],
    ['a list', ['Authorization: Bearer «key», Bearer «key»']],
    ['a comma after the scheme', ['Authorization: Bearer, «key»']],
    ['a quoted key', ['Authorization: Bearer "«key»"']],
    ['bytes beyond ASCII', ['Authorization: Bearer ak_\xe9\xff']],
    ['padding in the middle', ['Authorization: Bearer a=b']],
    ['two lines', ['Authorization: Bearer «key»', 'Authorization: Bearer «key»']],
    ['two lines, the second of another scheme', ['Authorization: Bearer «key»', 'authorization: Basic x']],
    ['two lines of another scheme', ['Authorization: Basic x', 'Authorization: Basic y']],
    ['two lines, the first empty', ['Authorization:', 'Authorization: Bearer «key»']],
  ])('is a broken request with %s', async (_, lines) => {
    const { status, head, body } = await rawRequest(
      served.port,
      lines.map((line) => line.replaceAll('«key»', secret)),
    )

    expect(status).toBe(400)
    expect(head).toContain('WWW-Authenticate: Bearer realm="api", error="invalid_request"\r\n')
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'invalid_request' })
  })

  test('is refused by the parser when it holds a NUL', async () => {
    const { status } = await rawRequest(served.port, [`Authorization: Bearer ${secret}\0`])

    expect(status).toBe(400)
  })
})

describe.each(frameworks)('on $framework, with x-api-key opted in', ({ express }) => {
  let served: ServedApp
  let secret: string
  beforeAll(async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const owner = await database.addTenant()
    secret = (await keyring.issue({ ...owner, name: 'CI' })).secret
    served = await serve(createApp({ keyring, headers: ['Authorization', 'X-API-Key'] }, express))
  })
  afterAll(() => served.close())

  test.each([
    ['x-api-key alone', 200, ['X-API-Key: «key»']],
    ['Authorization alone', 200, ['Authorization: Bearer «key»']],
    ['x-api-key beside another scheme', 200, ['Authorization: Basic x', 'x-api-key: «key»']],
    ['both', 400, ['Authorization: Bearer «key»', 'X-API-Key: «key»']],
    ['two x-api-key', 400, ['X-API-Key: «key»', 'X-API-Key: «key»']],
    ['a broken Authorization beside a good x-api-key', 400, ['Authorization: Bearer', 'X-API-Key: «key»']],
    ['an empty x-api-key', 401, ['X-API-Key:']],
    ['a bad x-api-key', 401, ['X-API-Key: nonsense']],
  ])('answers %s with %i', async (_, expected, lines) => {
    const { status } = await rawRequest(
      served.port,
      lines.map((line) => line.replaceAll('«key»', secret)),
    )

    expect(status).toBe(expected)
  })
})
