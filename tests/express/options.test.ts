import { afterEach, describe, expect, test } from '@jest/globals'
import express from 'express'
import { type ApiKeyAuthOptions, apiKeyAuth, requireScope } from 'express-api-keys'
import request from 'supertest'
import { openKeyring } from '../support/keyring.js'

const openUnused = () => openKeyring({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/nothing' })
const refused = (message: string | RegExp) =>
  expect.objectContaining({ code: 'invalid_option', message: expect.stringMatching(message) })

describe('apiKeyAuth, wired wrongly', () => {
  test('with a keyring in place of options, says where it belongs', () => {
    const keyring = openUnused()

    expect(() => apiKeyAuth(keyring as ApiKeyAuthOptions)).toThrow(
      refused(/^apiKeyAuth: a keyring is an option: apiKeyAuth\(\{ keyring \}\)$/),
    )
  })

  test('and mounted without being called, says that it has to be', async () => {
    const app = express()
    app.use(apiKeyAuth as never)
    app.get('/', (_req, res) => {
      res.json({})
    })
    app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(500).json({ message: error.message })
    })

    const { status, body } = await request(app).get('/')

    expect(status).toBe(500)
    expect(body.message).toBe(
      'apiKeyAuth: it makes the middleware, and has to be called: app.use(apiKeyAuth())',
    )
  })

  test('and a guard mounted without being called, fails without showing the request', async () => {
    const app = express()
    app.get('/', requireScope as never, (_req, res) => {
      res.json({})
    })
    app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(500).json({ message: error.message })
    })

    const { status, body } = await request(app).get('/').set('Authorization', 'Bearer hidden')

    expect(status).toBe(500)
    expect(body.message).toBe(
      'requireScope: option "scopes" must be given before requests come: app.get(path, requireScope(\'orders:read\'), handler)',
    )
  })

  test('and a guard given a list of scopes, says that they are given one by one', () => {
    expect(() => requireScope(['orders:read'] as never)).toThrow(
      refused(/must be given one by one: requireScope\('orders:read', 'orders:write'\)$/),
    )
  })

  test.each<[option: string, value: unknown, mend: string]>([
    ['optional', 'yes', 'must be true or false'],
    ['onDenied', 'json', 'must be a function'],
    ['onEvent', {}, 'must be a function'],
    ['headers', 'x-api-key', 'must be a list of header names'],
    ['headers', [], 'must be a list of header names'],
    ['headers', ['x api key'], 'has no header name in "x api key"'],
    ['headers', ['authorization', ''], 'has no header name in ""'],
    ['headers', ['x-api-key', 'X-API-Key'], 'names a header twice'],
    ['realm', 'say "friend"', 'must be printable ASCII without quotes and backslashes'],
    ['realm', 'a\\b', 'must be printable ASCII without quotes and backslashes'],
    ['realm', 'line\nbreak', 'must be printable ASCII without quotes and backslashes'],
    ['realm', '', 'must be printable ASCII without quotes and backslashes'],
    ['realm', 7, 'must be printable ASCII without quotes and backslashes'],
    ['problemTypeBase', 'https://example.test/ü', 'must be printable ASCII without quotes and backslashes'],
    ['rateLimitHeaders', 'draft-11', 'must be a list of draft-11 and x-ratelimit'],
    ['rateLimitHeaders', ['draft-11', 'draft-8'], 'must be a list of draft-11 and x-ratelimit'],
    ['keyring', {}, 'must be what createKeyring() returned'],
    ['keyring', null, 'must be what createKeyring() returned'],
    ['foreign', 'allow', 'must be refuse or ignore'],
  ])('with the option %s as %j, is told what it must be', (option, value, mend) => {
    const wrong = { keyring: openUnused(), [option]: value } as ApiKeyAuthOptions

    expect(() => apiKeyAuth(wrong)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: `apiKeyAuth: option "${option}" ${mend}`,
      }),
    )
  })

  test.each(['api', 'My API [v2], ~all of it~', '!', '~'])('takes the realm %j', (realm) => {
    expect(() => apiKeyAuth({ keyring: openUnused(), realm })).not.toThrow()
  })

  test('and with a keyring of its own without a prefix, cannot tell what is foreign', () => {
    const { authenticate, authenticateFresh, findSecretIn } = openUnused()
    const keyring = { authenticate, authenticateFresh, findSecretIn }

    expect(() => apiKeyAuth({ keyring: keyring as never })).not.toThrow()
    expect(() => apiKeyAuth({ keyring: keyring as never, foreign: 'ignore' })).toThrow(
      refused('option "foreign" needs a keyring that tells its "prefix"'),
    )
  })

  test.each(['constructor', '__proto__', 'CONSTRUCTOR', 'cookie', 'set-cookie'])(
    'refuses the header %s with a sentence',
    (header) => {
      const keyring = openUnused()

      expect(() => apiKeyAuth({ keyring, headers: [header] })).toThrow(
        refused(`option "headers" must not contain "${header.toLowerCase()}"`),
      )
    },
  )

  test.each(['constructor', 'toString', 'hasOwnProperty'])('refuses an option named %s', (name) => {
    const keyring = openUnused()

    expect(() => apiKeyAuth({ keyring, [name]: true })).toThrow(refused(`option "${name}" does not exist`))
  })
})

describe('options that an object inherits', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'optional')
  })

  test('are refused, not obeyed', () => {
    const keyring = openUnused()
    const options: ApiKeyAuthOptions = Object.create({ keyring, optional: true })

    expect(() => apiKeyAuth(options)).toThrow(refused('option "keyring" is inherited'))
  })

  test('are refused when somebody has reached Object.prototype', () => {
    const keyring = openUnused()
    Object.assign(Object.prototype, { optional: true })

    expect(() => apiKeyAuth({ keyring })).toThrow(refused('option "optional" is inherited'))
  })
})
