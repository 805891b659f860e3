import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { Express } from 'express'
import type { Keyring } from 'express-api-keys'
import { apiKeyOpenApi } from 'express-api-keys/admin'
import request, { type Response } from 'supertest'
import { allOperations } from '../../src/admin/all-operations.js'
import { createAdminApp } from '../support/admin-app.js'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import {
  createSchemaJudge,
  faultsOfSchema,
  requiredSample,
  type SampledSchema,
  sampleOf,
} from '../support/json-schema.js'
import { openKeyring } from '../support/keyring.js'

/** An operation as a reader of the document finds it. */
interface OperationObject {
  readonly operationId: string
  readonly parameters?: readonly { name: string; in: string; schema: SampledSchema }[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: SampledSchema }> }
  readonly responses: Record<
    string,
    { readonly headers?: object; readonly content: Record<string, { readonly schema: object }> }
  >
}

type Method = 'get' | 'post' | 'patch'

const database = useDatabase()
// As a client gets it.
const document = JSON.parse(JSON.stringify(apiKeyOpenApi({ basePath: '/api-keys' })))
const findFaults = createSchemaJudge(document)

const operations = Object.entries<Record<Method, OperationObject>>(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method as Method, operation })),
)
const ofOneKey = operations.filter(({ path }) => path.includes('{id}'))
const named = (list: typeof operations) =>
  list.map((each) => [`${each.method.toUpperCase()} ${each.path}`, each] as const)

function bodySchemaOf({ requestBody }: OperationObject): SampledSchema | undefined {
  const name = requestBody?.content['application/json']?.schema.$ref?.split('/').at(-1)
  return name === undefined ? undefined : document.components.schemas[name]
}

/** Everything in which an answer is not as the document says. */
function deviations({ responses }: OperationObject, { status, headers, body }: Response): readonly unknown[] {
  const response = responses[status]
  if (response === undefined) return [`${status} is not described`]
  const type = String(headers['content-type']).split(';')[0] ?? ''
  const described = response.content[type]
  if (described === undefined) return [`${type} is not described for ${status}`]
  if (headers['cache-control'] !== 'no-store') return [`${status} may be stored`]
  const missing = Object.keys(response.headers ?? {}).filter((name) => !(name.toLowerCase() in headers))
  return [...missing.map((name) => `${name} is missing`), ...findFaults(described.schema, body)]
}

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()

    const { valid, errors } = await validator.validate(structuredClone(document))

    expect(errors).toBeUndefined()
    expect([valid, validator.version]).toEqual([true, '3.1'])
  })

  test('has nothing but JSON Schemas of 2020-12 for schemas', () => {
    const ofParameters = operations.flatMap(({ operation }) => operation.parameters ?? [])
    const schemas = [
      ...Object.values<object>(document.components.schemas),
      ...ofParameters.map(({ schema }) => schema),
    ]

    expect(schemas.length).toBeGreaterThan(20)
    expect(schemas.flatMap(faultsOfSchema)).toEqual([])
  })

  test('refers to nothing that is not there', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)

    const missing = Array.from(references, ([, name = '']) => name).filter(
      (name) => !(name in document.components.schemas),
    )
    expect(missing).toEqual([])
  })

  test('describes every route of the router, and no other', () => {
    const described = operations.map(({ method, path }) => `${method} ${path}`)

    const routes = allOperations.map(
      ({ method, path }) => `${method} ${`/api-keys${path}`.replace(/\/$/, '').replace(':id', '{id}')}`,
    )
    expect(described.toSorted()).toEqual(routes.toSorted())
  })

  test.each([
    ['', '/'],
    ['/v1/api-keys', '/v1/api-keys'],
  ])('of a router at "%s" has the path %s', (basePath, path) => {
    const { paths } = apiKeyOpenApi({ basePath, title: 'Shop', version: '2.0.0' })

    expect(Object.keys(paths)).toContain(path)
  })

  test.each<[string, object]>([
    ['basePath', {}],
    ['basePath', { basePath: 'api-keys' }],
    ['basePath', { basePath: '/api-keys/' }],
    ['basePath', { basePath: '/{tenant}/api-keys' }],
    ['title', { basePath: '', title: 1 }],
    ['version', { basePath: '', version: '' }],
    ['tittle', { basePath: '', tittle: 'Shop' }],
  ])('is not made with a wrong %s', (option, options) => {
    const make = () => Reflect.apply(apiKeyOpenApi, undefined, [options])

    expect(make).toThrow(`apiKeyOpenApi: option "${option}"`)
  })
})

describe('an operation, called as the document says,', () => {
  let keyring: Keyring
  let app: Express
  let owner: TenantWithUser
  let secret: string
  beforeAll(async () => {
    keyring = openKeyring({ databaseUrl: database.url })
    app = createAdminApp({ keyring })
    owner = await database.addTenant()
    secret = (await keyring.issue({ ...owner, name: 'caller', scopes: ['api-keys:manage'] })).secret
  })

  const target = async (of = owner) => (await keyring.issue({ ...of, name: 'target' })).apiKey.id
  const anonymous = ({ path, method }: (typeof operations)[number], id: string) =>
    request(app)[method](path.replace('{id}', id))
  const call = (each: (typeof operations)[number], id: string, body?: object) =>
    anonymous(each, id)
      .auth(secret, { type: 'bearer' })
      .send(body ?? (each.method === 'get' ? undefined : requiredSample(bodySchemaOf(each.operation) ?? {})))

  test.each(named(operations))('succeeds: %s', async (_, each) => {
    const answer = await call(each, await target())

    expect(answer.ok).toBe(true)
    expect(deviations(each.operation, answer)).toEqual([])
  })

  test.each(named(operations))('is answered as described without a credential: %s', async (_, each) => {
    const answer = await anonymous(each, await target())

    expect(answer.status).toBe(401)
    expect(deviations(each.operation, answer)).toEqual([])
  })

  test.each(named(ofOneKey))('is answered as described for a key of another tenant: %s', async (_, each) => {
    const answer = await call(each, await target(await database.addTenant()))

    expect(answer.status).toBe(404)
    expect(deviations(each.operation, answer)).toEqual([])
  })

  test.each(named(ofOneKey))('is answered as described for a key that is not there: %s', async (_, each) => {
    const answer = await call(each, randomUUID())

    expect(answer.status).toBe(404)
    expect(deviations(each.operation, answer)).toEqual([])
  })

  test.each(named(operations))('is answered as described for what it does not know: %s', async (_, each) => {
    const inQuery = await call(each, await target()).query({ unknown: 1 })
    const inBody = await call(each, await target(), { unknown: 1 })

    const answers = each.method === 'get' ? [inQuery] : [inQuery, inBody]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400))
    expect(answers.flatMap((answer) => deviations(each.operation, answer))).toEqual([])
  })

  const fields = operations.flatMap((each) =>
    Object.entries(bodySchemaOf(each.operation)?.properties ?? {}).map(
      ([name, schema]) => [name, `${each.method.toUpperCase()} ${each.path}`, each, schema] as const,
    ),
  )

  test.each(fields)(
    'takes the field %s of %s in the type that is described, and no other',
    async (name, _, each, schema) => {
      const required = requiredSample(bodySchemaOf(each.operation) ?? {})

      // The end of a first use makes no sense alone.
      const beside = name === 'deadlineMs' ? { graceFrom: 'first-use' } : {}
      const right = await call(each, await target(), { ...required, ...beside, [name]: sampleOf(schema) })
      const wrong = await call(each, await target(), { ...required, [name]: [{ $ne: null }] })

      expect(right.ok).toBe(true)
      expect(wrong.body.errors?.map(({ field }: { field: string }) => field)).toEqual([name])
      expect([right, wrong].flatMap((answer) => deviations(each.operation, answer))).toEqual([])
    },
  )

  test.each([
    ['a conflict', 'rotate', 409, async (id: string) => keyring.revoke({ tenantId: owner.tenantId, id }), {}],
    ['a failed precondition', 'update', 412, async () => {}, { 'if-match': '"77"' }],
    ['a body of another type', 'revoke', 415, async () => {}, { 'content-type': 'text/plain' }],
  ] as const)('is answered as described for %s (%s)', async (_, action, status, prepare, headers) => {
    const id = await target()
    await prepare(id)
    const each = operations.find(
      ({ operation }) => operation.operationId.toLowerCase() === `apikeys${action}`,
    )
    if (each === undefined) throw new Error(`${action} is not described`)

    const sent = anonymous(each, id).auth(secret, { type: 'bearer' }).set(headers)
    const answer = await sent.send('content-type' in headers ? 'text' : {})

    expect(answer.status).toBe(status)
    expect(deviations(each.operation, answer)).toEqual([])
  })

  test('is answered as described for rights that exceed those of the key, and for too large a body', async () => {
    const issue = operations.find(({ operation }) => operation.operationId === 'apiKeysIssue')
    if (issue === undefined) throw new Error('issue is not described')

    const beyond = await call(issue, '', { name: 'CI', scopes: ['*'] })
    const large = await call(issue, '', { name: 'x'.repeat(20_000) })
    const first = await call(issue, '', { name: 'CI' }).set('idempotency-key', 'described')
    const again = await call(issue, '', { name: 'CI' }).set('idempotency-key', 'described')
    const other = await call(issue, '', { name: 'CD' }).set('idempotency-key', 'described')

    const answers = [beyond, large, first, again, other]
    expect(answers.map(({ status }) => status)).toEqual([403, 413, 201, 200, 409])
    expect(answers.flatMap((answer) => deviations(issue.operation, answer))).toEqual([])
  })
})
