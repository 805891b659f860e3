import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { ended, startCommand, startInShell } from '../support/command-line.js'
import { useDatabase } from '../support/database.js'
import { noteSecret } from '../support/keyring.js'
import { useCommandLine } from '../support/owned-keys.js'
import { runFolder } from '../support/run-folder.js'

const database = useDatabase()
const { run, addOwner, addKey, authenticates } = useCommandLine(database)

let files = 0
function newFile(): string {
  const folder = join(runFolder(), 'cli-secrets')
  mkdirSync(folder, { recursive: true })
  files += 1
  return join(folder, `${process.pid}-${files}.key`)
}

function readSecret(file: string): string {
  const secret = readFileSync(file, 'utf8').trim()
  noteSecret(secret)
  return secret
}

async function keysOf(tenantId: string) {
  return database.query('SELECT revoked_at IS NOT NULL AS revoked FROM api_keys WHERE tenant_id = $1', [
    tenantId,
  ])
}

describe('--secret-file', () => {
  test.each([
    ['text', []],
    ['JSON', ['--json']],
  ])('puts the secret where only its owner can read it, and nowhere else, as %s', async (_, json) => {
    const { owner } = await addOwner()
    const file = newFile()

    const { exitCode, stdout, stderr } = await run([
      ...['issue', ...owner, '--name', 'CI', '--secret-file', file, ...json],
    ])

    const secret = readSecret(file)
    expect(exitCode).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await authenticates(secret)).toBe(true)
    expect((stdout + stderr).includes(secret.slice(-40))).toBe(false)
    if (json.length > 0)
      expect(JSON.parse(stdout)).toMatchObject({ apiKey: { name: 'CI' }, secretFile: file })
  })

  test('is for rotate too', async () => {
    const { id, tenant, secret } = await addKey()
    const file = newFile()

    const { exitCode, stdout } = await run(['rotate', id, ...tenant, '--secret-file', file])

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    expect(await Promise.all([secret, readSecret(file)].map(authenticates))).toEqual([false, true])
  })

  test.each<[what: string, make: (file: string) => void]>([
    ['a file', (file) => writeFileSync(file, 'precious')],
    ['a link to nowhere', (file) => symlinkSync(`${file}-elsewhere`, file)],
    ['a folder', (file) => mkdirSync(file)],
  ])('never writes over %s, and issues no key', async (_, make) => {
    const { owner, tenantId } = await addOwner()
    const file = newFile()
    make(file)

    const ran = await run(['issue', ...owner, '--name', 'CI', '--secret-file', file])

    expect(ran).toEqual({
      exitCode: 4,
      stdout: '',
      stderr: 'The file of --secret-file exists already: name a new one.\n',
    })
    expect(await keysOf(tenantId)).toEqual([])
    expect(existsSync(`${file}-elsewhere`)).toBe(false)
  })

  test('leaves no file behind when there is no key for it', async () => {
    const { id, tenant } = await addKey()
    await run(['revoke', id, ...tenant])
    const file = newFile()

    const { exitCode } = await run(['rotate', id, ...tenant, '--secret-file', file])

    expect(exitCode).toBe(4)
    expect(existsSync(file)).toBe(false)
  })

  test('says when the file cannot be made', async () => {
    const { owner } = await addOwner()
    const file = newFile()
    writeFileSync(file, 'no folder')

    const { exitCode, stderr } = await run([
      ...['issue', ...owner, '--name', 'CI', '--secret-file', join(file, 'a.key')],
    ])

    expect(exitCode).toBe(2)
    expect(stderr).toBe('The file of --secret-file cannot be made (ENOTDIR).\n')
  })
})

describe('a secret that nobody reads', () => {
  test('is worth no key: it is revoked, and that is a failure', async () => {
    const { owner, tenantId } = await addOwner()
    const command = startCommand(['issue', ...owner, '--name', 'CI'], { env: { DATABASE_URL: database.url } })
    command.stdin?.end()
    command.stdout?.destroy()

    const { exitCode, stderr } = await ended(command)

    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^The secret could not be handed over, so the new key [0-9a-f-]{36} was revoked\.\n$/,
    )
    expect(await keysOf(tenantId)).toEqual([{ revoked: true }])
  })
})

describe('a secret for which there is no room', () => {
  test.each([
    ['on standard output', '"$@" > /dev/full', []],
    ['in its file', 'ulimit -f 0; "$@"', ['--secret-file']],
    // A write may be of a part only, and say so to nobody but who asks.
    ['but for its beginning in its file', 'prlimit --fsize=20 "$@"', ['--secret-file']],
  ])('%s is worth no key either', async (_, script, flags) => {
    const { owner, tenantId } = await addOwner()
    const place = flags.flatMap((flag) => [flag, newFile()])
    const command = startInShell(script, ['issue', ...owner, '--name', 'CI', ...place], {
      env: { DATABASE_URL: database.url },
    })

    const { exitCode, stderr } = await ended(command)

    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^The secret could not be handed over, so the new key [0-9a-f-]{36} was revoked\.\n$/,
    )
    expect(await keysOf(tenantId)).toEqual([{ revoked: true }])
    expect(place.filter((path) => existsSync(path))).toEqual([])
  })

  test('for its record alone, with --json, leaves the key alive and its secret in the file, and says so', async () => {
    const { owner, tenantId } = await addOwner()
    const file = newFile()
    const args = ['issue', ...owner, '--name', 'CI', '--secret-file', file, '--json']
    const command = startInShell('"$@" > /dev/full', args, { env: { DATABASE_URL: database.url } })

    const { exitCode, stderr } = await ended(command)

    expect(exitCode).toBe(1)
    expect(JSON.parse(stderr).error).toEqual({
      code: 'record_lost',
      message: expect.stringMatching(/^The key [0-9a-f-]{36} was made and its secret is in the file, but /),
    })
    expect(await keysOf(tenantId)).toEqual([{ revoked: false }])
    expect(await authenticates(readSecret(file))).toBe(true)
  })

  test('after a rotation ends the successor, and leaves the old key to its grace', async () => {
    const { tenant, tenantId, id, secret } = await addKey()
    const args = ['rotate', id, ...tenant, '--grace', '1h']
    const command = startInShell('"$@" > /dev/full', args, { env: { DATABASE_URL: database.url } })

    const { exitCode, stderr } = await ended(command)

    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^The secret could not be handed over, so the new key [0-9a-f-]{36} was revoked\.\n$/,
    )
    expect((await keysOf(tenantId)).map(({ revoked }) => revoked).toSorted()).toEqual([false, true])
    expect(await authenticates(secret)).toBe(true)
  })
})

describe('a command that is interrupted', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends with %i, says nothing, and leaves no file', async (signal, code) => {
    const { owner, userId } = await addOwner()
    const file = newFile()
    // A user who is being changed: the new key waits for it.
    const changing = new pg.Client({ connectionString: database.url })
    await changing.connect()
    await changing.query('BEGIN')
    await changing.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [userId])
    const command = startCommand(['issue', ...owner, '--name', 'CI', '--secret-file', file], {
      env: { DATABASE_URL: database.url },
    })
    const end = ended(command)
    while (!existsSync(file)) await sleep(20)

    command.kill(signal)
    const interrupted = await end
    await changing.query('ROLLBACK')
    await changing.end()

    expect(interrupted).toEqual({ exitCode: code, stdout: '', stderr: '' })
    expect(existsSync(file)).toBe(false)
  })
})

describe('a reader who has read enough', () => {
  test('is no failure, and the pages that were not read are not asked for', async () => {
    const { tenant, tenantId, userId } = await addOwner()
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash)
       SELECT $1, $2, repeat('k', 30), 'ak_aaaa', md5(n || $3) || md5($3 || n) FROM generate_series(1, 2000) n`,
      [tenantId, userId, tenantId],
    )
    const command = startCommand(['list', ...tenant, '--limit', '2000'], {
      env: { DATABASE_URL: database.url },
    })
    command.stdout?.once('data', () => command.stdout?.destroy())

    const { exitCode, stderr } = await ended(command)

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })
})
