import { createHash, randomUUID } from 'node:crypto'
import { expect } from '@jest/globals'
import type { TenantWithUser, TestDatabase } from '../support/database.js'

export function newHash(): string {
  return createHash('sha256').update(randomUUID()).digest('hex')
}

/** Keys written and the epoch read by plain SQL, as an operator does. */
export function epochOf(database: TestDatabase) {
  async function readEpoch() {
    const rows = await database.query('SELECT epoch::int AS epoch, stamp FROM api_key_epoch')
    expect(rows).toHaveLength(1)
    return { epoch: Number(rows[0]?.epoch), stamp: String(rows[0]?.stamp) }
  }

  /** Inserts keys of an owner, and returns their ids. */
  async function addKeys({ tenantId, userId }: TenantWithUser, count = 1): Promise<string[]> {
    const rows = await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash, scopes)
       SELECT $1, $2, 'CI', 'ak_8fK2', "hash", '["orders:read"]' FROM unnest($3::text[]) AS "hash" RETURNING id`,
      [tenantId, userId, Array.from({ length: count }, newHash)],
    )
    return rows.map(({ id }) => String(id))
  }

  return {
    readEpoch,
    addKeys,
    /** A new tenant, its user, and the ids of their keys. */
    async owner(keys = 1) {
      const tenantWithUser = await database.addTenant()
      return { ...tenantWithUser, ids: await addKeys(tenantWithUser, keys) }
    },
    /** How many steps something makes; the stamp is another exactly if it makes one. */
    async stepsOf(happen: () => Promise<unknown>): Promise<number> {
      const before = await readEpoch()
      await happen()
      const after = await readEpoch()
      const steps = after.epoch - before.epoch
      expect(after.stamp !== before.stamp).toBe(steps > 0)
      return steps
    },
  }
}
