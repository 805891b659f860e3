import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { useCommandLine } from '../support/owned-keys.js'

const database = useDatabase()
const { run, addKey, authenticates } = useCommandLine(database)

describe('rotate', () => {
  test('prints the successor’s secret alone, and with a grace both keys work', async () => {
    const { id, tenant, secret } = await addKey()

    const { exitCode, stdout, stderr } = await run(['rotate', id, ...tenant, '--grace', '1h'])

    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^ak_[0-9A-Za-z]{49}\n$/)
    expect(stderr).toMatch(new RegExp(`^successor of +${id}$`, 'm'))
    expect(await Promise.all([secret, stdout.trim()].map(authenticates))).toEqual([true, true])
    const old = JSON.parse((await run(['show', id, ...tenant, '--json'])).stdout).apiKey
    expect(Date.parse(old.expiresAt) - Date.parse(old.rotatedAt)).toBe(3_600_000)
  })

  test('without a grace ends the old key at once', async () => {
    const { id, tenant, secret } = await addKey()

    const { stdout } = await run(['rotate', id, ...tenant])

    expect(await Promise.all([secret, stdout.trim()].map(authenticates))).toEqual([false, true])
  })

  test('lets the grace begin with the first use of the successor, capped by a deadline', async () => {
    const { id, tenant } = await addKey()

    await run(['rotate', id, ...tenant, '--grace', '1h', '--grace-from', 'first-use', '--deadline', '2d'])

    const old = JSON.parse((await run(['show', id, ...tenant, '--json'])).stdout).apiKey
    expect(Date.parse(old.expiresAt) - Date.parse(old.rotatedAt)).toBe(2 * 86_400_000)
  })

  test('keeps the prefix of the application', async () => {
    const { id, tenant } = await addKey({ prefix: 'acme_live' })

    const { stdout } = await run(['rotate', id, ...tenant])

    expect(stdout).toMatch(/^acme_live_[0-9A-Za-z]{49}\n$/)
  })

  test.each([
    ['revoked', ['revoke'], 'The API key is revoked.\n'],
    ['rotated', ['rotate', '--grace', '1h'], 'The API key was rotated before.\n'],
  ])('ends with 4 for a key that was %s', async (_, [verb = '', ...flags], stderr) => {
    const { id, tenant } = await addKey()
    await run([verb, id, ...tenant, ...flags])

    expect(await run(['rotate', id, ...tenant])).toEqual({ exitCode: 4, stdout: '', stderr })
  })

  test('tells the longest grace in days', async () => {
    const { id, tenant } = await addKey()

    const { exitCode, stderr } = await run(['rotate', id, ...tenant, '--grace', '9999d'])

    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '--grace must be at most 366d.\n' })
  })
})
