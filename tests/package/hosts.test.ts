import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { Express } from 'express'
import type { Keyring } from 'express-api-keys'
import request from 'supertest'
import { openEmptyDatabase } from '../support/empty-database.js'
import { copyHost, hostNames, type InitProject } from '../support/init-project.js'
import { noteSecret } from '../support/keyring.js'

interface HostApp {
  readonly app: Express
  readonly keyring: Keyring
  readonly prisma: { $disconnect(): Promise<void> }
  addOwner(): Promise<{ tenantId: string; userId: string }>
}

/** What each host has to say beside `init`; the others are understood. */
const flags: Readonly<Record<string, readonly string[]>> = {
  'numbers-under-other-names': ['--user', 'Employee'],
  'users-without-tenant': ['--no-tenant'],
}

const opened: (() => unknown)[] = []
afterAll(async () => {
  for (const close of opened.reverse()) await close()
})

async function initialized(name: string, url: string): Promise<InitProject> {
  const project = await copyHost(name, url)
  opened.push(() => project.remove())
  await project.run('init', '--write', ...(flags[name] ?? []))
  return project
}

async function openHost(project: InitProject, url: string): Promise<HostApp> {
  process.env.HOST_DATABASE_URL = url
  const host: HostApp = await import(join(project.folder, 'app.ts'))
  opened.push(() => host.prisma.$disconnect())
  opened.push(() => host.keyring.close())
  return host
}

describe.each(hostNames)('the host %s', (name) => {
  test('gets tables that answer its own app with 200, 401 and 403, and a revocation that is seen', async () => {
    const { url } = await openEmptyDatabase()
    const project = await initialized(name, url)
    await project.prisma('migrate', 'deploy')
    await project.prisma('generate', '--no-hints')
    const { app, keyring, addOwner } = await openHost(project, url)
    const owner = await addOwner()
    const { apiKey, secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
    noteSecret(secret)
    const call = (method: 'get' | 'delete') =>
      request(app)[method]('/orders').auth(secret, { type: 'bearer' })

    const [good, none, forbidden] = [
      await call('get'),
      await request(app).get('/orders'),
      await call('delete'),
    ]
    await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })
    let revoked = await call('get')
    for (let tries = 0; revoked.status === 200 && tries < 100; tries += 1) {
      await sleep(50)
      revoked = await call('get')
    }

    expect([good.status, none.status, forbidden.status, revoked.status]).toEqual([200, 401, 403, 401])
    expect(good.body).toMatchObject({ user: 'nora@north.example' })
    expect([apiKey.tenantId, apiKey.userId]).toEqual([owner.tenantId, owner.userId])
    expect((await keyring.health()).lease).toBe('fresh')
    expect(
      await project.prisma(
        'migrate',
        'diff',
        '--from-config-datasource',
        '--to-schema',
        'prisma',
        '--script',
      ),
    ).toContain('empty')
    expect(await project.complaints()).toBe('')
    expect((await project.run('doctor')).exitCode).toBe(0)
    const key = [apiKey.id, '--tenant', String(owner.tenantId)]
    for (const verb of ['show', 'usage', 'events']) {
      expect(await project.run(verb, ...key)).toMatchObject({ exitCode: 0, stderr: '' })
    }
    await Promise.all(
      opened
        .splice(-2)
        .reverse()
        .map((close) => close()),
    )
  }, 120_000)
})
