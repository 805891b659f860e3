import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { useCommandLine } from '../support/owned-keys.js'

const database = useDatabase()
const { run, addKey } = useCommandLine(database)

describe('inspect', () => {
  test('tells whose a secret is, also when it is revoked, without repeating it', async () => {
    const { id, tenant, secret } = await addKey({ prefix: 'acme_live' })
    await run(['revoke', id, ...tenant])

    const { exitCode, stdout, stderr } = await run(['inspect', '--json'], { input: `${secret}\n` })

    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ apiKey: { id, status: 'revoked' } })
    expect((stdout + stderr).includes(secret.slice(-40))).toBe(false)
  })

  test.each([
    ['an unknown key', `ak_${'0'.repeat(43)}2PL60u`, 3, /but this database has no such key/],
    ['a mistyped one', `ak_${'0'.repeat(49)}`, 2, /^The checksum is wrong/],
    ['something else', 'hello', 2, /has not the form of a secret/],
    ['nothing', '', 2, /^Standard input is empty/],
    ['a whole file', 'x'.repeat(5_000), 2, /^Standard input holds more than a secret/],
  ])('of %s', async (_, input, exitCode, sentence) => {
    const ended = await run(['inspect'], { input })

    expect(ended).toMatchObject({ exitCode, stdout: '' })
    expect(ended.stderr).toMatch(sentence)
  })
})
