import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { useCommandLine } from '../support/owned-keys.js'

const database = useDatabase()
const { run, addOwner, addKey, authenticates } = useCommandLine(database)

const isoTime = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/)

describe('show', () => {
  test('shows one key, as text and as JSON', async () => {
    const { id, tenant } = await addKey({ scopes: ['orders:read'] })

    const text = await run(['show', id, ...tenant])
    const json = await run(['show', id, ...tenant, '--json'])

    expect(text).toMatchObject({ exitCode: 0, stderr: '' })
    expect(text.stdout).toMatch(new RegExp(`^id +${id}\nname +CI\nkey prefix +ak_.{4}\nstatus +active\n`))
    expect(JSON.parse(json.stdout)).toMatchObject({
      apiKey: { id, status: 'active', scopes: ['orders:read'] },
    })
  })
})

describe('update', () => {
  test('changes what is given, and nothing else', async () => {
    const { id, tenant } = await addKey({
      scopes: ['orders:read', 'orders:write'],
      expiresAt: new Date(Date.now() + 86_400_000),
    })

    await run(['update', id, ...tenant, '--scope', 'orders:read'])
    const named = await run(['update', id, ...tenant, '--name', 'Deploy', '--expires', 'never', '--json'])
    const bare = await run(['update', id, ...tenant, '--without-scopes', '--json'])

    expect(JSON.parse(named.stdout).apiKey).toMatchObject({
      name: 'Deploy',
      scopes: ['orders:read'],
      expiresAt: null,
      version: 3,
    })
    expect(JSON.parse(bare.stdout).apiKey).toMatchObject({ name: 'Deploy', scopes: [] })
  })

  test('sets limits and networks, shows them, and takes them away again', async () => {
    const { id, tenant } = await addKey()

    const flags = ['--limits', '10/s', '100000/month', '--allow-from', '10.0.0.0/8', '::1']
    const set = await run(['update', id, ...tenant, ...flags])
    const none = await run(['update', id, ...tenant, '--without-limits', '--allow-everywhere', '--json'])

    expect(set).toMatchObject({ exitCode: 0, stderr: '' })
    expect(set.stdout).toMatch(/^limits +10\/s 100000\/month\nallowed from +10\.0\.0\.0\/8 ::1\n/m)
    expect(JSON.parse(none.stdout).apiKey).toMatchObject({ limits: null, allowedCidrs: null, version: 3 })
  })

  test.each([
    [['--limits', '10/week'], '--limits must be a limit such as 10/s'],
    [['--limits', '10/s', '20/s'], '--limits must be a list of 1 to 8 limits of different windows, such as'],
    [['--allow-from', '10.0.0.1/8'], '--allow-from must be an address or a network such as'],
    [['--limits', '10/s', '--without-limits'], '--limits and --without-limits exclude each other.'],
    [
      ['--allow-from', '::1', '--allow-everywhere'],
      '--allow-from and --allow-everywhere exclude each other.',
    ],
  ])('refuses %j, saying why', async (flags, why) => {
    const { id, tenant } = await addKey()

    const { exitCode, stdout, stderr } = await run(['update', id, ...tenant, ...flags])

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(why)
  })

  test('ends with 4 when the record has changed since', async () => {
    const { id, tenant } = await addKey()
    await run(['update', id, ...tenant, '--name', 'theirs'])

    const { exitCode, stdout } = await run(['update', id, ...tenant, '--name', 'mine', '--if-version', '1'])

    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
  })
})

describe('usage', () => {
  test.each([
    ['--from must not be after --to.', '2026-11-02', '2026-11-01'],
    ['--from must be less than 366 days before --to.', '2025-01-01', '2026-11-01'],
  ])('is refused with "%s"', async (sentence, from, to) => {
    const { id, tenant } = await addKey()

    const refused = await run(['usage', id, ...tenant, '--from', from, '--to', to])

    expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: `${sentence}\n` })
  })
})

describe('revoke', () => {
  test('ends a key for ever, and a second time is no failure', async () => {
    const { id, tenant, secret } = await addKey()

    const first = await run(['revoke', id, ...tenant, '--reason', 'leaked', '--json'])
    const second = await run(['revoke', id, ...tenant, '--json'])

    expect([first.exitCode, second.exitCode]).toEqual([0, 0])
    expect(JSON.parse(second.stdout).apiKey).toMatchObject({ status: 'revoked', revokedReason: 'leaked' })
    expect(await authenticates(secret)).toBe(false)
  })

  test('with --family also ends the successors', async () => {
    const { id, tenant } = await addKey()
    const { stdout } = await run(['rotate', id, ...tenant, '--grace', '1h'])

    await run(['revoke', id, ...tenant, '--family'])

    expect(await authenticates(stdout.trim())).toBe(false)
  })
})

describe('events', () => {
  test('tell who did what, newest first, of a tenant or of one key', async () => {
    const { id, tenant } = await addKey()
    await run(['rotate', id, ...tenant, '--grace', '1h'])

    const all = JSON.parse((await run(['events', ...tenant, '--json'])).stdout)
    const ofKey = await run(['events', id, ...tenant])

    const types = all.events.map(({ type }: { type: string }) => type)
    expect(types.toSorted()).toEqual(['issued', 'issued', 'rotated'])
    expect(types.at(-1)).toBe('issued')
    expect(all.events[0]).toEqual({
      id: uuid,
      apiKeyId: uuid,
      type: expect.any(String),
      at: isoTime,
      actor: { kind: 'system', id: 'cli', address: null },
      details: expect.any(Object),
    })
    expect(ofKey.stdout).toMatch(
      /^WHEN +WHAT +KEY +BY +DETAILS\n.* rotated .* system cli .*\n.* issued .*\n$/,
    )
  })
})

describe('prune', () => {
  test('only tells what it would delete, until --yes', async () => {
    const owned = await addKey()
    const { id, tenant } = owned
    await addKey({ name: 'stays' }, owned)
    await run(['revoke', id, ...tenant])
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const prune = ['prune', ...tenant, '--older-than', '1s']

    const asked = await run(prune)
    const askedJson = await run([...prune, '--json'])
    const done = await run([...prune, '--yes'])
    const again = await run([...prune, '--yes', '--json'])

    expect(asked).toEqual({
      exitCode: 0,
      stdout: '1 key would be deleted, for ever: add --yes to do it.\n',
      stderr: '',
    })
    expect(JSON.parse(askedJson.stdout)).toEqual({ pruned: 0, wouldPrune: 1 })
    expect(done.stdout).toBe('Deleted 1 key.\n')
    expect(JSON.parse(again.stdout)).toEqual({ pruned: 0 })
    expect((await run(['show', id, ...tenant])).exitCode).toBe(3)
  })
})

describe('a key that the tenant does not have ends with 3', () => {
  test.each([
    ['show', []],
    ['rotate', []],
    ['update', ['--name', 'x']],
    ['revoke', []],
  ])('%s', async (verb, flags) => {
    const { tenant } = await addOwner()
    const { id: idOfAnother } = await addKey()
    const expected = { exitCode: 3, stdout: '', stderr: 'There is no such API key in this tenant.\n' }

    expect(await run([verb, randomUUID(), ...tenant, ...flags])).toEqual(expected)
    expect(await run([verb, idOfAnother, ...tenant, ...flags])).toEqual(expected)
  })
})
