import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { type TenantWithUser, useDatabase } from '../support/database.js'

const database = useDatabase()

interface Columns {
  readonly rotated_from_id?: string
  readonly family_id?: string
  readonly rotated_at?: Date
  readonly revoked_at?: Date
  readonly revoked_reason?: string
  readonly metadata?: string
  readonly grace_after_use_ms?: number
}

async function insertRow({ tenantId, userId }: TenantWithUser, more: Columns = {}): Promise<string> {
  const key_hash = createHash('sha256').update(randomUUID()).digest('hex')
  const row = { tenant_id: tenantId, user_id: userId, name: 'CI', key_prefix: 'ak_8fK2', key_hash, ...more }
  const values = Object.keys(row).map((_, n) => `$${n + 1}`)
  const sql = `INSERT INTO api_keys (${Object.keys(row)}) VALUES (${values}) RETURNING id`
  const [inserted] = await database.query(sql, Object.values(row))
  return String(inserted?.id)
}

const update = (id: string, assignment: string, ...values: unknown[]) =>
  database.query(`UPDATE api_keys SET ${assignment} WHERE id = $1`, [id, ...values])

async function rowOf(id: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await database.query('SELECT * FROM api_keys WHERE id = $1', [id])
  return row
}

/** A key and its successor. */
async function insertFamily() {
  const owner = await database.addTenant()
  const first = await insertRow(owner, { rotated_at: new Date() })
  const second = await insertRow(owner, { rotated_from_id: first, family_id: first })
  return { owner, first, second }
}

describe('the database itself refuses', () => {
  test.each([
    ['rotated_at to nothing', 'rotated_at = NULL'],
    ['rotated_at to later', `rotated_at = now() + interval '1 day'`],
  ])('to change %s once it is set', async (_, assignment) => {
    const { first } = await insertFamily()

    await expect(update(first, assignment)).rejects.toThrow('cannot change once they are set')
  })

  test.each(['family_id = NULL', 'family_id = gen_random_uuid()'])(
    'to change the family: %s',
    async (assignment) => {
      const { second } = await insertFamily()

      await expect(update(second, assignment)).rejects.toThrow(/cannot change|successor_has_family/)
    },
  )

  test('to change where a key comes from, or to hide it while that key is there', async () => {
    const { owner, second } = await insertFamily()
    const another = await insertRow(owner)

    await expect(update(second, 'rotated_from_id = $2', another)).rejects.toThrow('cannot change')
    await expect(update(second, 'rotated_from_id = NULL')).rejects.toThrow('cannot change')
  })

  test('a second successor of one key', async () => {
    const { owner, first } = await insertFamily()

    const inserting = insertRow(owner, { rotated_from_id: first, family_id: first })

    await expect(inserting).rejects.toThrow('api_keys_rotated_from_id_key')
  })

  test('a successor for another tenant, for another user, and of another family', async () => {
    const owner = await database.addTenant()
    const id = await insertRow(owner)
    const other = await database.addTenant()
    const [{ id: colleague } = {}] = await database.query(
      'INSERT INTO users (tenant_id, email) VALUES ($1, $2) RETURNING id',
      [owner.tenantId, `${randomUUID()}@example.test`],
    )

    const refused = 'must be a key of the same tenant, user and family'
    const family = { rotated_from_id: id, family_id: id }
    await expect(insertRow(other, family)).rejects.toThrow(refused)
    await expect(insertRow({ ...owner, userId: String(colleague) }, family)).rejects.toThrow(refused)
    await expect(insertRow(owner, { ...family, family_id: randomUUID() })).rejects.toThrow(refused)
    await expect(insertRow(owner, { rotated_from_id: id })).rejects.toThrow()
  })

  test('a reason without a revocation, another one later, and one that is added later', async () => {
    const owner = await database.addTenant()
    const [living, revoked] = [await insertRow(owner), await insertRow(owner)]
    await update(revoked, 'revoked_at = now()')

    await expect(update(living, `revoked_reason = 'why'`)).rejects.toThrow('api_keys_reason_is_of_revoked')
    await expect(update(revoked, `revoked_reason = 'why'`)).rejects.toThrow('revoked_reason cannot change')
    await update(living, `revoked_at = now(), revoked_reason = 'why'`)
    await expect(update(living, `revoked_reason = 'because'`)).rejects.toThrow('revoked_reason cannot change')
  })

  test.each(['[]', '"text"', 'null', '1'])('metadata that is no object: %s', async (metadata) => {
    const owner = await database.addTenant()

    await expect(insertRow(owner, { metadata })).rejects.toThrow('api_keys_metadata_is_object')
  })

  test.each([
    ['an event of an unknown kind', `'seen', 'user', '{}'`, 'type_is_known'],
    ['an actor of an unknown kind', `'issued', 'root', '{}'`, 'actor_is_known'],
    ['details that are no object', `'issued', 'user', '[]'`, 'details_is_object'],
  ])('%s', async (_, values, constraint) => {
    const { tenantId } = await database.addTenant()

    const inserting = database.query(
      `INSERT INTO api_key_events (tenant_id, api_key_id, type, actor_kind, details)
       VALUES ($1, gen_random_uuid(), ${values})`,
      [tenantId],
    )

    await expect(inserting).rejects.toThrow(constraint)
  })
})

describe('a key whose predecessor is deleted', () => {
  test('forgets it, and nothing else of itself', async () => {
    const { first, second } = await insertFamily()
    const before = await rowOf(second)

    await database.query('DELETE FROM api_keys WHERE id = $1', [first])

    expect(await rowOf(second)).toEqual({ ...before, rotated_from_id: null })
  })

  test('together with itself is deleted too', async () => {
    const { owner } = await insertFamily()

    await database.query('DELETE FROM tenants WHERE id = $1', [owner.tenantId])

    expect(await database.query('SELECT 1 FROM api_keys WHERE tenant_id = $1', [owner.tenantId])).toEqual([])
  })
})

describe('the version of a key', () => {
  test.each([
    ['name', `name = 'CD'`, 2],
    ['metadata', `metadata = '{"a": 1}'`, 2],
    ['scopes', `scopes = '["a"]'`, 2],
    ['expires_at', 'expires_at = now()', 2],
    ['revoked_at', 'revoked_at = now()', 2],
    ['rotated_at', 'rotated_at = now()', 2],
    ['several at once', `name = 'CD', scopes = '["a"]'`, 2],
    ['use', 'last_used_at = now()', 1],
    ['nothing', 'name = name', 1],
    ['what a client says of it', 'version = 99', 1],
    ['a change and what a client says of it', `name = 'CD', version = 1`, 2],
  ])('after a change of %s is counted by the database: %s', async (_, assignment, version) => {
    const id = await insertRow(await database.addTenant())

    await update(id, assignment)

    expect((await rowOf(id))?.version).toBe(version)
  })
})
