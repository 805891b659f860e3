import { describe, expect, test } from '@jest/globals'
import type { Request, RequestHandler } from 'express'
import express from 'express'
import { apiKeyAuth, redactPaths } from 'express-api-keys'
import { type Logger, pino } from 'pino'
import { pinoHttp } from 'pino-http'
import request from 'supertest'
import { useDatabase } from './support/database.js'
import { openKeyring } from './support/keyring.js'

const database = useDatabase()

/** A logger as a host makes it, and what it has written. */
function openLogger() {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  return { logger: pino({ redact: { paths: redactPaths } }, destination), written: () => lines.join('') }
}

async function openApp(
  before: (logger: Logger) => RequestHandler,
  log: (logger: Logger, req: Request) => void,
) {
  const { logger, written } = openLogger()
  const keyring = openKeyring({ databaseUrl: database.url })
  const issued = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
  const app = express()
  app.use(before(logger))
  app.use(apiKeyAuth({ keyring, headers: ['authorization', 'x-api-key'] }))
  app.get('/', (req, res) => {
    log(logger, req)
    res.json({ authorization: req.headers.authorization })
  })
  return { ...issued, app, written }
}

const passOn = (): RequestHandler => (_req, _res, next) => next()

describe('a logger of pino with redactPaths', () => {
  test.each([
    ['Authorization', (secret: string) => `Bearer ${secret}`],
    ['X-API-Key', (secret: string) => secret],
  ])('writes no secret of %s with pino-http, and the rest of the request', async (header, credentialOf) => {
    const { app, secret, written } = await openApp(
      (logger) => pinoHttp({ logger }),
      (_, req) => req.log.info('in the handler'),
    )

    const { status } = await request(app).get('/').set(header, credentialOf(secret))

    expect(status).toBe(200)
    expect(written()).toContain('in the handler')
    expect(written()).toContain('request completed')
    expect(written()).toContain('"accept-encoding"')
    expect(written()).toContain(`"${header.toLowerCase()}":"[Redacted]"`)
    expect(written()).not.toContain(secret)
  })

  test.each<[what: string, log: (logger: Logger, req: Request) => void]>([
    ['a request', (logger, req) => logger.info(pino.stdSerializers.mapHttpRequest(req))],
    [
      'a request under its longer name',
      (logger, req) => logger.info({ request: pino.stdSerializers.req(req) }),
    ],
    ['a part of a request', (logger, { method, headers }) => logger.info({ req: { method, headers } })],
    ['headers', (logger, { headers }) => logger.info({ headers })],
  ])('writes no secret of %s', async (_, log) => {
    const { app, secret, written } = await openApp(passOn, log)

    const { status } = await request(app).get('/').auth(secret, { type: 'bearer' })

    expect(status).toBe(200)
    expect(written()).toContain('[Redacted]')
    expect(written()).not.toContain(secret)
  })

  test('leaves the request as it was', async () => {
    const { app, secret } = await openApp(
      (logger) => pinoHttp({ logger }),
      (logger, req) => logger.info({ req }),
    )

    const { body } = await request(app).get('/').auth(secret, { type: 'bearer' })

    expect(body).toEqual({ authorization: `Bearer ${secret}` })
  })

  test('writes no secret of a key that was issued or rotated, and the key', async () => {
    const { logger, written } = openLogger()
    const keyring = openKeyring({ databaseUrl: database.url })
    const { tenantId, userId } = await database.addTenant()
    const issued = await keyring.issue({ tenantId, userId, name: 'CI' })
    const rotated = await keyring.rotate({ tenantId, id: issued.apiKey.id })

    logger.info(issued, 'issued')
    logger.info({ rotated })

    expect(written()).not.toContain(issued.secret)
    expect(written()).not.toContain(rotated.secret)
    expect(written()).toContain(issued.apiKey.id)
    expect(written()).toContain(rotated.apiKey.id)
  })
})
