import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { keyStatus, type ListInput } from 'express-api-keys'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

async function issueNamed(...names: string[]) {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  for (const name of names) await keyring.issue({ ...owner, name })
  const found = async (wanted: Omit<ListInput, 'tenantId'>) => {
    const { apiKeys } = await keyring.list({ tenantId: owner.tenantId, ...wanted })
    return apiKeys.map(({ name }) => name).sort()
  }
  return { keyring, owner, tenantId: owner.tenantId, found }
}

describe('list with a text', () => {
  // Long enough not to be met with by chance in the random part of a prefix.
  const names = [
    'BUILD night',
    'build_night',
    'build-night',
    '100%',
    '100 percent',
    'back\\slash',
    'Größe',
    "o'neill",
  ]

  test.each<[text: string, found: string[]]>([
    ['Build', ['BUILD night', 'build-night', 'build_night']],
    ['BUILD_', ['build_night']],
    ['%', ['100%']],
    ['0%', ['100%']],
    ['d_n', ['build_night']],
    ['\\', ['back\\slash']],
    ['k\\s', ['back\\slash']],
    ['GRÖSSE', []],
    ['grö', ['Größe']],
    ["'", ["o'neill"]],
    ['.*', []],
    ['nothing like it', []],
  ])('%j finds it literally, whatever the case', async (text, expected) => {
    const { found } = await issueNamed(...names)

    expect(await found({ text })).toEqual(expected)
  })

  test('finds a key by its prefix', async () => {
    const { keyring, tenantId, found } = await issueNamed('first', 'second')
    const { apiKeys } = await keyring.list({ tenantId })
    const second = apiKeys.find(({ name }) => name === 'second')

    expect(await found({ text: String(second?.keyPrefix) })).toEqual(['second'])
  })

  test('stays inside of the tenant, and pages', async () => {
    const { keyring, tenantId } = await issueNamed('page 1', 'page 2', 'other', 'page 3')
    await issueNamed('page 4')

    const first = await keyring.list({ tenantId, text: 'PAGE', limit: 2 })
    const second = await keyring.list({ tenantId, text: 'PAGE', limit: 2, cursor: String(first.nextCursor) })

    expect([...first.apiKeys, ...second.apiKeys].map(({ name }) => name)).toEqual([
      'page 3',
      'page 2',
      'page 1',
    ])
    expect(second.nextCursor).toBeNull()
  })
})

describe('list with a status', () => {
  test('agrees with the status of each key', async () => {
    const { keyring, owner, tenantId, found } = await issueNamed('active')
    const expiresAt = new Date(Date.now() + 300)
    await keyring.issue({ ...owner, name: 'expired', expiresAt })
    const both = await keyring.issue({ ...owner, name: 'expired and revoked', expiresAt })
    const revoked = await keyring.issue({ ...owner, name: 'revoked' })
    await keyring.issue({ ...owner, name: 'to expire', expiresAt: new Date(Date.now() + 60_000) })
    await keyring.revoke({ tenantId, id: both.apiKey.id })
    await keyring.revoke({ tenantId, id: revoked.apiKey.id })
    await sleep(400)

    expect(await found({ status: 'active' })).toEqual(['active', 'to expire'])
    expect(await found({ status: 'expired' })).toEqual(['expired'])
    expect(await found({ status: 'revoked' })).toEqual(['expired and revoked', 'revoked'])
    const { apiKeys } = await keyring.list({ tenantId })
    for (const apiKey of apiKeys) {
      expect(await found({ status: keyStatus(apiKey, Date.now()) })).toContain(apiKey.name)
    }
  })

  test('and a text and a user holds for all of them together', async () => {
    const { keyring, owner, tenantId, found } = await issueNamed('build', 'other')
    const revoked = await keyring.issue({ ...owner, name: 'build too' })
    await keyring.revoke({ tenantId, id: revoked.apiKey.id })

    expect(await found({ text: 'build', status: 'active', userId: owner.userId })).toEqual(['build'])
    expect(await found({ text: 'build', userId: tenantId })).toEqual([])
  })

  test.each<[field: string, input: Record<string, unknown>]>([
    ['status', { status: 'Active' }],
    ['status', { status: null }],
    ['text', { text: '' }],
    ['text', { text: 'x'.repeat(201) }],
    ['text', { text: 'a\0' }],
    ['text', { text: ['a'] }],
    ['userid', { userid: 'x' }],
  ])('names the field %s of wrong input', async (field, wrong) => {
    const { keyring, tenantId } = await issueNamed()

    await expect(keyring.list({ tenantId, ...wrong } as ListInput)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(`^${field}: must`),
    })
  })
})
