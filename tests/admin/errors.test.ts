import { describe, expect, test } from '@jest/globals'
import type { ErrorRequestHandler } from 'express'
import type { Keyring } from 'express-api-keys'
import request from 'supertest'
import { allOperations } from '../../src/admin/all-operations.js'
import { problems } from '../../src/admin/problem.js'
import { responses, usageStatus } from '../../src/responses.js'
import { asPerson, authorizePerson, createAdminApp } from '../support/admin-app.js'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { freePort } from '../support/example.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const wiringCodes = ['invalid_option', 'unprotected_route']

describe('the table of problems', () => {
  test('has a row for every code but those of wiring, with the status of the code', () => {
    const statuses = Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status]))

    const known = [
      ...Object.entries(responses).map(([code, { status }]) => [code, status]),
      ...Object.entries(usageStatus).filter(([code]) => !wiringCodes.includes(code)),
    ]
    expect(statuses).toMatchObject(Object.fromEntries(known))
    expect(wiringCodes.filter((code) => code in statuses)).toEqual([])
  })
})

describe.each(frameworks)('on $framework, trouble', ({ express }) => {
  test.each(allOperations)(
    'of the database is a 503 that tells nothing about it: $method $path',
    async (operation) => {
      const port = await freePort()
      const keyring = openKeyring({
        databaseUrl: `postgresql://postgres@127.0.0.1:${port}/none`,
        queryTimeoutMs: 500,
      })
      const app = createAdminApp({ keyring, authorize: authorizePerson }, express)
      const headers = asPerson(await database.addTenant())
      const path = operation.path.replace(':id', '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a02')

      const answer = await request(app)
        [operation.method](`/api-keys${path}`)
        .set(headers)
        .send(operation.method === 'get' ? undefined : operation.action === 'issue' ? { name: 'CI' } : {})

      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1'])
      expect(answer.body).toEqual({
        type: 'urn:problem:express-api-keys:store_unavailable',
        title: 'API keys cannot be checked at the moment.',
        status: 503,
        code: 'store_unavailable',
      })
    },
  )

  test('of an unknown kind goes to the application, which alone can answer', async () => {
    const keyring: Keyring = {
      ...openKeyring({ databaseUrl: database.url }),
      list: async () => {
        throw new TypeError('a wrapper of the application broke')
      },
    }
    const app = createAdminApp({ keyring, authorize: authorizePerson }, express)
    const heard: unknown[] = []
    const hear: ErrorRequestHandler = (error, _req, res, _next) => {
      heard.push(error)
      res.status(500).end()
    }
    app.use(hear)

    const { status } = await request(app)
      .get('/api-keys')
      .set(asPerson(await database.addTenant()))

    expect([status, heard]).toEqual([500, [new TypeError('a wrapper of the application broke')]])
  })

  test("of an unknown kind in authorize is the application's, also when it looks like a path of ours", async () => {
    const authorize = (): never => {
      throw new URIError('a cookie cannot be decoded')
    }
    const app = createAdminApp({ keyring: openKeyring({ databaseUrl: database.url }), authorize }, express)
    const tell: ErrorRequestHandler = (error, _req, res, _next) => {
      res.status(500).end(error.message)
    }
    app.use(tell)

    const { status, text } = await request(app).get('/api-keys')

    expect([status, text]).toEqual([500, 'a cookie cannot be decoded'])
  })

  test.each(['/api-keys/%E0%A4%A', '/api-keys/%E0%A4%A/rotate'])(
    'with the path %s is a 404',
    async (path) => {
      const app = createAdminApp({ keyring: openKeyring({ databaseUrl: database.url }) }, express)

      const { status, body } = path.endsWith('rotate')
        ? await request(app).post(path)
        : await request(app).get(path)

      expect([status, body.code]).toEqual([404, 'not_found'])
    },
  )

  test.each([
    ['get', '/api-keys/a/b/c'],
    ['delete', '/api-keys/6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a02'],
    ['put', '/api-keys'],
    ['get', '/api-keys/6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a02/rotate'],
  ] as const)('with %s %s, which is no route, is left to the application', async (method, path) => {
    const app = createAdminApp({ keyring: openKeyring({ databaseUrl: database.url }) }, express)
    app.use((_req, res) => {
      res.status(418).end()
    })

    const { status } = await request(app)[method](path)

    expect(status).toBe(418)
  })
})

describe('an answer that the application has begun', () => {
  test.each([
    ['nobody is known', null],
    ['all went well', 'somebody'],
  ])('is left alone when %s', async (_, somebody) => {
    const owner = await database.addTenant()
    const app = createAdminApp({
      keyring: openKeyring({ databaseUrl: database.url }),
      authorize: async (req) => {
        req.res?.status(408).end('too late')
        return somebody === null ? null : { ...owner, can: ['list'] }
      },
    })
    const heard: unknown[] = []
    const hear: ErrorRequestHandler = (error, _req, _res, _next) => {
      heard.push(error)
    }
    app.use(hear)

    const { status, text } = await request(app).get('/api-keys')

    expect([status, text, heard]).toEqual([408, 'too late', []])
  })
})
