import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { useCommandLine } from '../support/owned-keys.js'

const database = useDatabase()
const { run, addOwner, authenticates } = useCommandLine(database)

const isoTime = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/)

describe('issue', () => {
  test('prints the secret alone on standard output, and the record on standard error', async () => {
    const { owner } = await addOwner()

    const { exitCode, stdout, stderr } = await run([
      ...['issue', ...owner, '--name', 'CI', '--scope', 'orders:read', 'orders:write', '--expires', '90d'],
    ])

    const secret = stdout.trim()
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^ak_[0-9A-Za-z]{49}\n$/)
    expect(stderr).toMatch(/^scopes +orders:read orders:write$/m)
    expect(stderr).toMatch(/^expires +\S+Z \(in 90 days\)$/m)
    expect(stderr.includes(secret.slice(8))).toBe(false)
    expect(await authenticates(secret)).toBe(true)
  })

  test('prints one JSON document with --json, and nothing beside it', async () => {
    const { owner, tenantId, userId } = await addOwner()

    const { exitCode, stdout, stderr } = await run([
      ...['issue', ...owner, '--name', 'CI', '--scope', 'orders:*', '--expires', '2099-01-31', '--json'],
    ])

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      apiKey: {
        id: uuid,
        limits: null,
        allowedCidrs: null,
        tenantId,
        userId,
        name: 'CI',
        keyPrefix: expect.stringMatching(/^ak_.{4}$/),
        scopes: ['orders:*'],
        metadata: {},
        expiresAt: '2099-01-31T00:00:00.000Z',
        lastUsedAt: null,
        createdAt: isoTime,
        rotatedFromId: null,
        rotatedAt: null,
        revokedAt: null,
        revokedReason: null,
        version: 1,
        status: 'active',
      },
      secret: expect.stringMatching(/^ak_/),
    })
  })

  test('begins the secret as the application asks', async () => {
    const { owner } = await addOwner()

    const { stdout } = await run(['issue', ...owner, '--name', 'CI', '--prefix', 'acme_live'])

    expect(stdout).toMatch(/^acme_live_[0-9A-Za-z]{49}\n$/)
  })

  test('refuses a user of another tenant, and an end in the past, as wrong input', async () => {
    const [one, other] = [await addOwner(), await addOwner()]

    const foreign = await run(['issue', ...one.tenant, '--user', other.userId, '--name', 'CI'])
    const past = await run(['issue', ...one.owner, '--name', 'CI', '--expires', '2020-01-31'])

    const stdout = ''
    expect(foreign).toEqual({
      exitCode: 2,
      stdout,
      stderr: 'There is no such user in the tenant of --tenant.\n',
    })
    expect(past).toEqual({ exitCode: 2, stdout, stderr: '--expires must be in the future.\n' })
  })
})
