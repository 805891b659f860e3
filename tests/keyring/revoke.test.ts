import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

async function issueKey() {
  const keyring = openKeyring({ databaseUrl: database.url })
  const owner = await database.addTenant()
  return { keyring, owner, ...(await keyring.issue({ ...owner, name: 'CI' })) }
}

describe('revoke', () => {
  test('ends a key and returns its record', async () => {
    const { keyring, owner, apiKey, secret } = await issueKey()

    const revoked = await keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id })

    expect(revoked.revokedAt).toBeInstanceOf(Date)
    await expect(keyring.authenticate(secret)).rejects.toMatchObject({ reason: 'revoked' })
  })

  test('changes nothing when it is repeated', async () => {
    const { keyring, owner, apiKey } = await issueKey()
    const key = { tenantId: owner.tenantId, id: apiKey.id }

    const first = await keyring.revoke(key)
    const second = await keyring.revoke(key)

    expect(second).toEqual(first)
  })

  test('finds neither a missing key nor another tenant’s, and leaves that one alive', async () => {
    const { keyring, apiKey, secret } = await issueKey()
    const other = await database.addTenant()

    const foreign = keyring.revoke({ tenantId: other.tenantId, id: apiKey.id })
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' })
    const missing = keyring.revoke({ tenantId: other.tenantId, id: randomUUID() })
    await expect(missing).rejects.toMatchObject({ code: 'not_found' })

    expect((await keyring.authenticate(secret)).apiKey.id).toBe(apiKey.id)
  })

  test.each([
    ['id', { id: 'x' }, 'must be a UUID'],
    ['tenantId', { tenantId: '' }, 'must be a text or a number that is an id'],
    ['tenantId', { tenantId: 'acme' }, 'must be of the type uuid, as such ids are in the database'],
  ])('names the field %s when it is %j', async (field, wrong, problem) => {
    const { keyring, owner, apiKey } = await issueKey()

    const revoking = keyring.revoke({ tenantId: owner.tenantId, id: apiKey.id, ...wrong })

    await expect(revoking).rejects.toMatchObject({
      code: 'invalid_input',
      message: `${field}: ${problem}`,
    })
  })
})
