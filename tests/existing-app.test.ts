import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { PrismaPg } from '@prisma/adapter-pg'
import type { ApiKeyClient, ApiKeyEvent, KeyringOptions } from 'express-api-keys'
import request from 'supertest'
import { createApp } from './support/app.js'
import { catalogueOf } from './support/catalogue.js'
import { commandLine } from './support/command-line.js'
import { useDatabase, useEmptyDatabase } from './support/database.js'
import { createHostProject, type HostProject } from './support/host-project.js'
import { openKeyring } from './support/keyring.js'
import { untilHealth } from './support/watched-keyring.js'

const ofPackage = useDatabase()
const ofHost = useEmptyDatabase()
let project: HostProject
let prisma: ApiKeyClient & { $disconnect(): Promise<void> }

beforeAll(async () => {
  project = await createHostProject(ofHost.url)
  const { PrismaClient } = await import(project.client)
  prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: ofHost.url }) })
}, 60_000)
afterAll(async () => {
  await prisma?.$disconnect()
  project?.remove()
})

async function addAccount() {
  const [tenantId, userId] = [randomUUID(), randomUUID()]
  await ofHost.query('INSERT INTO organizations (id, name) VALUES ($1, $2)', [tenantId, 'North'])
  await ofHost.query('INSERT INTO accounts (id, organization_id, email) VALUES ($1, $2, $3)', [
    userId,
    tenantId,
    `${userId}@north.example`,
  ])
  return { tenantId, userId }
}

async function openApp() {
  const keyring = openKeyring({ prisma, databaseUrl: ofHost.url })
  const owner = await addAccount()
  const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
  const app = createApp({ keyring })
  const get = (path: string) => request(app).get(path).auth(secret, { type: 'bearer' })
  /** Announced, or, where nothing can be announced, found by a heartbeat. */
  const untilSeen = async (isSeen: (answer: Awaited<ReturnType<typeof get>>) => boolean) => {
    const end = performance.now() + 5_000
    while (!isSeen(await get('/whoami')) && performance.now() < end) await sleep(20)
    return get('/whoami')
  }
  // Once the key is kept, only an announcement or a heartbeat can take it away again.
  while ((await keyring.health()).cachedKeys === 0) await get('/whoami')
  return { app, keyring, owner, apiKey, secret, get, untilSeen }
}

describe('a host with organizations and accounts of its own, which appended the template', () => {
  test('has every function, trigger, constraint, column and index of the migrations, and no other', async () => {
    const rename = (lines: string[]) =>
      lines
        .map((line) =>
          line
            .replaceAll('organizations', 'tenants')
            .replaceAll('accounts', 'users')
            .replaceAll('organization_id', 'tenant_id'),
        )
        .sort()

    const [wanted, found] = [await catalogueOf(ofPackage.query), await catalogueOf(ofHost.query)]

    expect(wanted.functions.length).toBeGreaterThan(7)
    expect(wanted.triggers.length).toBeGreaterThan(6)
    for (const kind of ['functions', 'triggers', 'constraints', 'columns', 'indexes'] as const) {
      expect(rename(found[kind])).toEqual(wanted[kind])
    }
    expect(await ofHost.query('SELECT count(*)::int AS rows FROM api_key_epoch')).toEqual([{ rows: 1 }])
  })

  test('has nothing left that Prisma would migrate', async () => {
    expect(await project.remainingChanges()).toMatch(/^-- This is an empty migration\.\s*$/)
  })

  test('answers with 200, 401 and 403', async () => {
    const { app, owner, get } = await openApp()

    const [allowed, anonymous, unscoped] = [
      await get('/whoami'),
      await request(app).get('/whoami'),
      await get('/both'),
    ]

    expect([allowed.status, anonymous.status, unscoped.status]).toEqual([200, 401, 403])
    expect(allowed.body).toMatchObject({
      tenant: { id: owner.tenantId, name: 'North' },
      user: { id: owner.userId, tenantId: owner.tenantId },
    })
  })

  test('keeps answers: its tables are what the keyring takes them for', async () => {
    const { keyring, secret } = await openApp()

    const { lease, cachedKeys, feed } = await untilHealth(keyring, secret, { lease: 'fresh', cachedKeys: 1 })

    expect([lease, cachedKeys]).toEqual(['fresh', 1])
    expect(['notify', 'poll']).toContain(feed)
  })

  test('sees a key revoked by plain SQL', async () => {
    const { apiKey, untilSeen } = await openApp()

    await ofHost.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [apiKey.id])

    expect((await untilSeen(({ status }) => status === 401)).status).toBe(401)
  })

  test('sees its account change, and move away', async () => {
    const { owner, untilSeen } = await openApp()
    const other = await addAccount()

    await ofHost.query('UPDATE accounts SET email = $2 WHERE id = $1', [owner.userId, 'new@north.example'])
    const renamed = await untilSeen(({ body }) => body.user.email === 'new@north.example')
    await ofHost.query('UPDATE organizations SET name = $2 WHERE id = $1', [owner.tenantId, 'South'])
    const renamedTenant = await untilSeen(({ body }) => body.tenant.name === 'South')
    await ofHost.query('UPDATE accounts SET organization_id = $2 WHERE id = $1', [
      owner.userId,
      other.tenantId,
    ])
    const moved = await untilSeen(({ status }) => status === 401)

    expect(renamed.body.user.email).toBe('new@north.example')
    expect(renamedTenant.body.tenant.name).toBe('South')
    expect(moved.status).toBe(401)
  })

  test('refuses a key for an account of another organization', async () => {
    const [one, other] = [await addAccount(), await addAccount()]
    const keyring = openKeyring({ prisma, databaseUrl: ofHost.url })

    const issuing = keyring.issue({ tenantId: one.tenantId, userId: other.userId, name: 'CI' })

    await expect(issuing).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

/** Of a schema that is changed, over the same tables. */
async function openClient(
  name: string,
  change: (schema: string) => string,
  options: Pick<KeyringOptions, 'onEvent'> = {},
) {
  const { PrismaClient } = await import(await project.clientOf(name, change))
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: ofHost.url }) })
  return { client, keyring: openKeyring({ prisma: client, databaseUrl: ofHost.url, ...options }) }
}

describe('the same tables, through a client', () => {
  test('that has the model ApiKey alone, live through all that a key can', async () => {
    const { client, keyring } = await openClient('alone', (schema) =>
      schema
        .replaceAll(/^model ApiKey(Event|Idempotency|Epoch) .*?^}$/gms, '')
        .replaceAll(/^ +\w+ +ApiKey(Event|Idempotency)\[\]$/gm, ''),
    )
    const owner = await addAccount()

    const issue = () =>
      keyring.issue({ ...owner, name: 'CI', idempotency: { key: 'once', digest: 'the same' } })
    const [issued, repeated] = [await issue(), await issue()]
    const rotated = await keyring.rotate({ tenantId: owner.tenantId, id: issued.apiKey.id })
    const { events } = await keyring.events({ tenantId: owner.tenantId })
    const principal = await keyring.authenticate(rotated.secret)

    expect([repeated.apiKey.id, repeated.secret]).toEqual([issued.apiKey.id, null])
    expect(events.map(({ type }) => type).toSorted()).toEqual(['issued', 'issued', 'rotated'])
    expect(principal.tenant).toMatchObject({ name: 'North' })
    await client.$disconnect()
  }, 30_000)

  test.each<[what: string, name: string, change: (schema: string) => string]>([
    [
      'tenantId',
      'unmoved',
      (schema) =>
        schema
          .replaceAll(/\btenantId( +String +@map\("organization_id)/g, 'orgId$1')
          .replace('fields: [tenantId], references: [id])\n', 'fields: [orgId], references: [id])\n'),
    ],
    [
      'tenant',
      'unrelated',
      (schema) => schema.replaceAll(/^ +tenant +Organization/gm, '  organization Organization'),
    ],
  ])(
    'without the field %s, is told what its models lack before the first request',
    async (field, name, change) => {
      const { client, keyring } = await openClient(name, change)

      const health = await keyring.health()

      expect(health).toMatchObject({ database: 'unfit', why: expect.stringContaining(`\`${field}\``) })
      expect(health.mend).toContain('a field "tenantId"')
      await client.$disconnect()
    },
    30_000,
  )
})

describe('the same tables, through a client without the field metadata', () => {
  test('give no hash of a key away to errors, events and logs', async () => {
    const events: ApiKeyEvent[] = []
    const { client, keyring } = await openClient(
      'plain',
      (schema) => schema.replaceAll(/^ +metadata +Json.*$/gm, ''),
      { onEvent: (event) => events.push(event) },
    )

    const error = await keyring.issue({ ...(await addAccount()), name: 'CI' }).catch((thrown) => thrown)
    await client.$disconnect()

    expect(error).toMatchObject({ code: 'store_unavailable', cause: { mend: expect.any(String) } })
    expect(error.cause.message).toContain('`metadata`')
    const said = inspect([error, events], { depth: Infinity, maxStringLength: Infinity })
    expect(said).toContain('[hash]')
    expect(said).not.toMatch(/[0-9a-f]{64}/)
  }, 30_000)
})

describe('the same tables, without a client', () => {
  const run = commandLine(() => ofHost.url)

  test('are managed from a shell', async () => {
    const { tenantId, userId } = await addAccount()
    const owner = ['--tenant', tenantId, '--user', userId]

    const issued = await run(['issue', ...owner, '--name', 'CI'])
    const inspected = await run(['inspect', '--json'], { input: issued.stdout })
    const doctor = await run(['doctor'])

    expect([issued.exitCode, inspected.exitCode, doctor.exitCode]).toEqual([0, 0, 0])
    expect(JSON.parse(inspected.stdout)).toMatchObject({ apiKey: { tenantId, userId } })
  }, 30_000)

  test.each([
    ['that keeps answers', undefined, 'none'],
    ['that keeps none', false, 'off'],
  ] as const)('answer 503, and a keyring %s says that it wants the client', async (_, cache, feed) => {
    const keyring = openKeyring({ databaseUrl: ofHost.url, ...(cache === undefined ? {} : { cache }) })
    const { secret } = await keyring.issue({ ...(await addAccount()), name: 'CI' })

    const authenticating = keyring.authenticate(secret)

    await expect(authenticating).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await keyring.health()).toMatchObject({
      database: 'unfit',
      feed,
      why: expect.stringContaining('tenants'),
      mend: expect.stringContaining('"prisma"'),
    })
  })
})

describe('the template', () => {
  const run = commandLine(() => ofHost.url)
  const doctorFindings = async () => JSON.parse((await run(['doctor', '--json'])).stdout).findings

  test.each([
    ['a trigger', 'DROP TRIGGER api_key_epoch_on_update ON accounts'],
    ['a constraint', 'ALTER TABLE api_keys DROP CONSTRAINT api_keys_scopes_is_array'],
    ['a function with its trigger', 'DROP FUNCTION api_keys_refuse_foreign_user() CASCADE'],
    ['the row of the epoch', 'DELETE FROM api_key_epoch'],
    ['nothing', 'SELECT 1'],
  ])('run again makes %s that was lost, as it was', async (_, loss) => {
    const before = await catalogueOf(ofHost.query)
    await ofHost.query(loss)

    await ofHost.query(project.template)

    expect(await catalogueOf(ofHost.query)).toEqual(before)
    expect(await ofHost.query('SELECT count(*)::int AS rows FROM api_key_epoch')).toEqual([{ rows: 1 }])
  })

  test('is what doctor names where a part of it is lost', async () => {
    await ofHost.query('DROP TRIGGER api_keys_refuse_changed_history ON api_keys')
    const findings = await doctorFindings()

    await project.execute(project.template)

    const failing = ({ status }: { status: string }) => status === 'fail'
    expect(findings.filter(failing)).toEqual([
      expect.objectContaining({ mend: expect.stringMatching(/existing-app\.sql.*prisma db execute --file/) }),
    ])
    expect((await doctorFindings()).filter(failing)).toEqual([])
  })

  test.each([
    ['a table that is not there', '', 'there is no column "id" in a table "tenants"'],
    [
      'a table that the keys do not reference',
      'CREATE TABLE tenants (id uuid PRIMARY KEY); CREATE TABLE users (id uuid PRIMARY KEY, tenant_id uuid);',
      'api_keys.tenant_id references another table than "tenants"',
    ],
  ])('refuses the name of %s, and says which names to change', async (_, tables, problem) => {
    const sql = readFileSync(new URL('../prisma/existing-app.sql', import.meta.url), 'utf8')
    const before = await catalogueOf(ofHost.query)

    const applying = ofHost.query(`BEGIN; ${tables} ${sql}; COMMIT`)

    await expect(applying).rejects.toThrow(`${problem}: change the five names at the top of existing-app.sql`)
    await ofHost.query('ROLLBACK')
    expect(await catalogueOf(ofHost.query)).toEqual(before)
  })

  test.each([
    ['ends a text and drops a table', "t',TG_TABLE_SCHEMA);END$$;DROP TABLE organizations;/*"],
    ['ends a function', 'a$$b'],
    ['holds a quote', "tenants'"],
    ['holds a double quote', 'ten"ants'],
    ['holds a percent sign', '100% tenants'],
    ['holds a backslash', 'ten\\ants'],
    ['is a placeholder', '<users>'],
    ['holds a line break', 'ten\nants'],
  ])('refuses a name that %s, wherever it stands', async (_, name) => {
    const before = await catalogueOf(ofHost.query)
    const settings = [...project.template.matchAll(/^SET .* = '.*';$/gm)].map(([setting]) => setting)

    for (const setting of settings) {
      const hostile = setting.replace(/'.*'/, () => `'${name.replaceAll("'", "''")}'`)
      const sql = project.template.replace(setting, () => hostile)

      const applying = ofHost.query(`BEGIN; ${sql}; COMMIT`)

      await expect(applying).rejects.toThrow('control character: rename what has it')
      await ofHost.query('ROLLBACK')
    }
    expect(settings).toHaveLength(5)
    expect(await catalogueOf(ofHost.query)).toEqual(before)
  })
})
