import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { commandLine } from '../support/command-line.js'
import { useDatabase } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'

const database = useDatabase()
const run = commandLine(() => database.url)
const folder = mkdtempSync(join(tmpdir(), 'api-keys-import-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, ...lines: readonly string[]): string {
  const file = join(folder, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** A key as other systems make them, which must be found in no place afterwards. */
function oldSecret(): string {
  const secret = `sk_live_${randomBytes(24).toString('hex')}`
  noteSecret(secret)
  return secret
}

const sha256 = (secret: string, as: 'hex' | 'base64' | 'base64url' = 'hex') =>
  createHash('sha256').update(secret).digest(as)
const rowsOf = (tenantId: string) =>
  database.query('SELECT * FROM api_keys WHERE tenant_id = $1 ORDER BY name', [tenantId])
const openImporting = () => openKeyring({ databaseUrl: database.url, imported: ['sk_live_'] })

describe('import', () => {
  test('imports nothing without --yes, and tells what it would do', async () => {
    const { tenantId, userId } = await database.addTenant()
    const file = write(
      'trial.csv',
      'tenant_id,user_id,prefix,hash',
      `${tenantId},${userId},sk_live_,${sha256(oldSecret())}`,
    )

    const { exitCode, stdout } = await run(['import', file])

    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: 'Would import 1 key.\nAdd --yes to do it.\n',
    })
    expect(await rowsOf(tenantId)).toEqual([])
  })

  test.each([
    ['hex', (secret: string) => sha256(secret)],
    ['HEX', (secret: string) => sha256(secret).toUpperCase()],
    ['base64', (secret: string) => sha256(secret, 'base64')],
    ['base64 for URLs', (secret: string) => sha256(secret, 'base64url')],
  ])('a key whose hash is %s authenticates afterwards, with what its line says', async (_, hashOf) => {
    const { tenantId, userId } = await database.addTenant()
    const secret = oldSecret()
    const values = [
      tenantId,
      userId,
      'sk_live_',
      hashOf(secret),
      '"CI, of old"',
      'orders:read orders:write',
      '2099-01-01',
    ]
    const file = write('keys.csv', 'tenant_id,user_id,prefix,hash,name,scopes,expires_at', values.join(','))

    const { exitCode, stdout } = await run(['import', file, '--yes'])
    const { apiKey } = await openImporting().authenticate(secret)

    expect(exitCode).toBe(0)
    expect(stdout).toContain("createKeyring({ imported: ['sk_live_'] })")
    expect(apiKey).toMatchObject({ tenantId, userId, name: 'CI, of old', keyPrefix: 'sk_live_' })
    expect(apiKey.scopes).toEqual(['orders:read', 'orders:write'])
    expect(apiKey.expiresAt).toEqual(new Date('2099-01-01T00:00:00Z'))
  })

  test('a plain key is hashed on the way, limits and networks go with it, and the trail tells who imported it', async () => {
    const { tenantId, userId } = await database.addTenant()
    const secret = oldSecret()
    const owner = { tenant_id: tenantId, user_id: userId, prefix: 'sk_live_' }
    const rights = {
      scopes: ['a:b'],
      limits: ['5/day'],
      allowed_cidrs: ['10.0.0.0/8'],
      created_at: '2020-01-31 10:00:00+01',
    }
    const file = write('keys.jsonl', JSON.stringify({ ...owner, secret, name: 'plain', ...rights }))

    const { exitCode } = await run(['import', file, '--yes'])

    const [row] = await rowsOf(tenantId)
    const { events } = await openImporting().events({ tenantId })
    expect(exitCode).toBe(0)
    expect(row).toMatchObject({ key_hash: sha256(secret), limits: ['5/day'], allowed_cidrs: ['10.0.0.0/8'] })
    expect(row?.created_at).toEqual(new Date('2020-01-31T09:00:00Z'))
    expect(events).toMatchObject([
      { type: 'issued', actor: { kind: 'system', id: 'cli' }, details: { name: 'plain', imported: true } },
    ])
  })

  test('may run again: keys that are there, and expired ones, are left out', async () => {
    const { tenantId, userId } = await database.addTenant()
    const lines = ['2099-01-01', '2001-01-01'].map(
      (expiresAt) => `${tenantId},${userId},sk_live_,${sha256(oldSecret())},${expiresAt}`,
    )
    const file = write('again.csv', 'tenant_id,user_id,prefix,hash,expires_at', ...lines)
    await run(['import', file, '--yes'])

    const trial = await run(['import', file])
    const { exitCode, stdout } = await run(['import', file, '--yes', '--json'])

    expect(trial.stdout).toBe('Would import 0 keys. 1 key is there already. 1 key expired, and left out.\n')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ isDone: true, imported: [], known: [2], expired: [3], refused: [] })
    expect(await rowsOf(tenantId)).toHaveLength(1)
  })

  test('imports nothing when a line is wrong, and tells what is wrong with each, but no secret', async () => {
    const [{ tenantId, userId }, other] = [await database.addTenant(), await database.addTenant()]
    const [mine, taken] = [oldSecret(), oldSecret()]
    await run([
      'import',
      write(
        'other.csv',
        'tenant_id,user_id,prefix,secret',
        `${other.tenantId},${other.userId},sk_live_,${taken}`,
      ),
      '--yes',
    ])
    const line = (change: object) =>
      JSON.stringify({
        tenant_id: tenantId,
        user_id: userId,
        prefix: 'sk_live_',
        secret: oldSecret(),
        ...change,
      })
    const file = write(
      'wrong.jsonl',
      line({ secret: mine }),
      line({ secret: mine }),
      line({ secret: taken }),
      line({ user_id: other.userId }),
      line({ tenant_id: 'nobody' }),
      line({ secret: 'sk_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }),
      line({ secret: 'sk_live_abcdefgh12345678901' }),
      line({ secret: 'pk_live_4eC39HqLyjWDarjtT1zdp7dc' }),
      line({ hash: sha256(mine) }),
      line({ secret: undefined }),
      line({ secret: undefined, hash: 'c2hvcnQ=' }),
      line({ scopes: 'orders read everything!' }),
      line({ expires_at: '2099-01-01 00:00' }),
      line({ prefix: 'ak_' }),
      line({ name: `old ${mine}`, secret: mine }),
      line({ scope: 'orders:read' }),
      '{ "tenant_id": ',
      line({ name: `after ${mine.slice('sk_live_'.length)}` }),
    )

    const { exitCode, stdout, stderr } = await run(['import', file, '--yes'])

    const toldLines = [...stdout.matchAll(/^line (\d+): (.*)$/gm)].map(([, at, problem]) => [
      Number(at),
      problem,
    ])
    expect(exitCode).toBe(2)
    expect(toldLines).toEqual([
      [2, 'is the same key as line 1'],
      [3, 'is a key of another tenant already'],
      [4, 'user_id is no user of the tenant in tenant_id'],
      [5, expect.stringMatching(/^tenant_id must be of the type uuid/)],
      [6, expect.stringMatching(/^secret is too weak/)],
      [7, expect.stringMatching(/^secret must begin with its prefix/)],
      [8, expect.stringMatching(/^secret must begin with its prefix/)],
      [9, expect.stringMatching(/^hash or secret must be given, and not both/)],
      [10, expect.stringMatching(/^hash or secret must be given, and not both/)],
      [11, expect.stringMatching(/^hash must be the SHA-256 of the whole key/)],
      [12, expect.stringMatching(/^scopes must be a list/)],
      [13, expect.stringMatching(/^expires_at must be a time with its zone/)],
      [14, expect.stringMatching(/^prefix must not overlap with "ak_"/)],
      [15, 'name must not hold a secret'],
      [16, expect.stringMatching(/^has a field that is none of tenant_id,/)],
      [17, 'is no JSON object'],
      [18, 'name must not hold the secret of another line'],
    ])
    expect(`${stdout}${stderr}`).not.toContain('sk_live_')
    expect(await rowsOf(tenantId)).toEqual([])
  })

  test.each([
    [
      'without a header',
      [`t,u,sk_live_,${'ab'.repeat(32)}`],
      /must name its columns, with commas between them, and number 1 is none of/,
    ],
    ['with a line too short', ['tenant_id,user_id,prefix,hash', 'a,b'], /is no CSV from line 2 on/],
    ['that is empty', [''], /holds no keys/],
    ['that is one list in JSON', ['[{"tenant_id": 1}]'], /is a list in JSON: write one object a line/],
  ])('refuses a file %s', async (_, lines, sentence) => {
    const { exitCode, stderr } = await run(['import', write('bad.csv', ...lines), '--yes'])

    expect(exitCode).toBe(2)
    expect(stderr).toMatch(sentence)
  })

  test('refuses a file that does not exist', async () => {
    const { exitCode, stderr } = await run(['import', join(folder, 'none.csv')])

    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('FILE does not exist')])
  })

  test('of two at once adds each key once', async () => {
    const { tenantId, userId } = await database.addTenant()
    const lines = Array.from({ length: 50 }, () => `${tenantId},${userId},sk_live_,${sha256(oldSecret())}`)
    const file = write('twice.csv', 'tenant_id,user_id,prefix,hash', ...lines)

    const ends = await Promise.all([1, 2].map(() => run(['import', file, '--yes', '--json'])))

    const imported = ends.flatMap(({ stdout }) => JSON.parse(stdout).imported)
    expect(imported).toHaveLength(50)
    expect(await rowsOf(tenantId)).toHaveLength(50)
  })
})
