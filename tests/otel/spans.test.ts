import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import express, { type RequestHandler } from 'express'
import { apiKeyAuth, requireScope } from 'express-api-keys'
import { type OpenTelemetryOptions, openTelemetry } from 'express-api-keys/otel'
import request from 'supertest'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

const exporter = new InMemorySpanExporter()
const tracer = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
}).getTracer('a host')

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterEach(() => exporter.reset())
afterAll(() => context.disable())

/** As the instrumentation of HTTP does: a span for each request, until its response is sent. */
const inSpan: RequestHandler = (req, res, next) => {
  const span = tracer.startSpan(req.path)
  res.once('close', () => span.end())
  context.with(trace.setSpan(context.active(), span), next)
}

async function openApp(options: OpenTelemetryOptions = {}) {
  const keyring = openKeyring({ databaseUrl: database.url, onEvent: openTelemetry(options) })
  const owner = await database.addTenant()
  const issued = await keyring.issue({ ...owner, name: 'CI' })
  const app = express()
  app.use(inSpan)
  app.use(apiKeyAuth({ keyring }))
  app.get('/', (_req, res) => {
    res.json({})
  })
  app.get('/orders', requireScope('orders:read'), (_req, res) => {
    res.json({})
  })
  const get = (path: string, secret = issued.secret) =>
    request(app).get(path).auth(secret, { type: 'bearer' })
  return { ...issued, keyring, owner, app, get }
}

const attributesOfSpans = () => exporter.getFinishedSpans().map(({ attributes }) => attributes)

describe('the span of a request', () => {
  test('tells whose key it came with, also when the key had to be loaded', async () => {
    const { apiKey, owner, get } = await openApp()

    await get('/')
    await get('/')

    const attributes = {
      'api_key.outcome': 'admitted',
      'api_key.id': apiKey.id,
      'api_key.prefix': apiKey.keyPrefix,
      'api_key.tenant_id': owner.tenantId,
      'api_key.user_id': owner.userId,
    }
    expect(attributesOfSpans()).toEqual([attributes, attributes])
  })

  test('tells why it was refused, and by which key', async () => {
    const { keyring, apiKey, owner, get } = await openApp()
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })

    await get('/')
    await get('/', 'no-key')

    expect(attributesOfSpans()).toEqual([
      { 'api_key.outcome': 'revoked', 'api_key.id': apiKey.id, 'api_key.prefix': apiKey.keyPrefix },
      { 'api_key.outcome': 'malformed' },
    ])
  })

  test('tells that a scope is missing in place of that its key was admitted', async () => {
    const { apiKey, get } = await openApp()

    await get('/orders')

    expect(attributesOfSpans()).toMatchObject([
      { 'api_key.outcome': 'scope_missing', 'api_key.id': apiKey.id },
    ])
  })

  test('never tells a secret', async () => {
    const { secret, app, get } = await openApp()

    await get('/')
    await request(app).get('/').query({ key: secret })
    await request(app).get('/').set('Authorization', secret)

    expect(attributesOfSpans()).toHaveLength(3)
    expect(JSON.stringify(attributesOfSpans())).not.toContain(secret)
  })

  test('is left as it is where that is chosen', async () => {
    const { get } = await openApp({ spanAttributes: false })

    await get('/')

    expect(attributesOfSpans()).toEqual([{}])
  })
})

describe('a request without a span', () => {
  test('passes', async () => {
    const { keyring, secret } = await openApp()
    const app = express()
    app.use(apiKeyAuth({ keyring }))
    app.get('/', (_req, res) => {
      res.json({})
    })

    const { status } = await request(app).get('/').auth(secret, { type: 'bearer' })

    expect(status).toBe(200)
  })
})
