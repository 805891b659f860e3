import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { useCommandLine } from '../support/owned-keys.js'

const database = useDatabase()
const { run, addOwner, addKey } = useCommandLine(database)

describe('list', () => {
  test('shows the keys of a tenant as a table, newest first, and nobody else’s', async () => {
    const owner = await addOwner()
    await addKey()
    const expiresAt = new Date(Date.now() + 90 * 86_400_000)
    await addKey({ name: 'first', scopes: ['orders:read'], expiresAt }, owner)
    await addKey({ name: 'second' }, owner)

    const { exitCode, stdout, stderr } = await run(['list', ...owner.tenant])

    const [heading, ...lines] = stdout.trimEnd().split('\n')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(heading).toMatch(/^ID {36}NAME {4}PREFIX {3}STATUS {2}SCOPES {7}EXPIRES {5}LAST USED {2}CREATED$/)
    expect(lines).toEqual([
      expect.stringMatching(
        /^[0-9a-f-]{36} {2}second {2}ak_.{4} {2}active {2}none {9}never {7}never {6}\S.*/,
      ),
      expect.stringMatching(
        /^[0-9a-f-]{36} {2}first {3}ak_.{4} {2}active {2}orders:read {2}in 90 days {2}never {6}\S.*/,
      ),
    ])
  })

  test('says so when there is none', async () => {
    const { tenant } = await addOwner()

    expect(await run(['list', ...tenant])).toEqual({ exitCode: 0, stdout: '', stderr: 'No keys.\n' })
  })

  test('stops at --limit, and tells that there are more', async () => {
    const owner = await addOwner()
    for (const name of ['a', 'b', 'c']) await addKey({ name }, owner)

    const { stdout, stderr } = await run(['list', ...owner.tenant, '--limit', '2'])
    const json = JSON.parse((await run(['list', ...owner.tenant, '--limit', '2', '--json'])).stdout)

    expect(stdout.trimEnd().split('\n')).toHaveLength(3)
    expect(stderr).toBe('There are more keys: raise --limit to see them.\n')
    expect(json).toEqual({
      apiKeys: [expect.objectContaining({ name: 'c' }), expect.objectContaining({ name: 'b' })],
      more: true,
    })
  })

  test('follows as many pages as it takes', async () => {
    const { tenant, tenantId, userId } = await addOwner()
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash)
       SELECT $1, $2, 'key ' || n, 'ak_aaaa', md5(n || $3) || md5($3 || n) FROM generate_series(1, 450) n`,
      [tenantId, userId, tenantId],
    )

    const { stdout, stderr } = await run(['list', ...tenant, '--limit', '1000'])

    const names = stdout.match(/key \d+/g) ?? []
    expect(stderr).toBe('')
    expect(new Set(names).size).toBe(450)
    expect(stdout.match(/^ID /gm)).toHaveLength(1)
  })

  test.each([
    [['--status', 'revoked'], ['gone']],
    [
      ['--status', 'active'],
      ['deploy 100%', 'CI'],
    ],
    [['--text', 'DEPLOY'], ['deploy 100%']],
    [['--text', '%'], ['deploy 100%']],
    [['--text', 'nothing of the kind'], []],
  ])('filters with %j', async (filter, names) => {
    const owner = await addOwner()
    const { id } = await addKey({ name: 'gone' }, owner)
    for (const name of ['CI', 'deploy 100%']) await addKey({ name }, owner)
    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id])

    const { stdout } = await run(['list', ...owner.tenant, ...filter, '--json'])

    expect(JSON.parse(stdout).apiKeys.map(({ name }: { name: string }) => name)).toEqual(names)
  })

  test('writes out what a name would do to the terminal, as text and as JSON', async () => {
    const { tenant, tenantId, userId } = await addOwner()
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash)
       VALUES ($1, $2, $3, 'ak_aaaa', md5($4) || md5($4))`,
      [tenantId, userId, 'a\u001b[2J\u009b\u202e\nb', tenantId],
    )

    const text = await run(['list', ...tenant])
    const json = await run(['list', ...tenant, '--json'])

    expect(text.stdout).toContain('a\\u{1b}[2J\\u{9b}\\u{202e}\\u{a}b')
    expect((text.stdout + json.stdout).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(JSON.parse(json.stdout).apiKeys[0].name).toBe('a\u001b[2J\u009b\u202e\nb')
  })
})
