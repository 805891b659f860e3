import { randomUUID } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { epochOf } from './epoch-of.js'

const database = useDatabase()
const { owner, readEpoch, stepsOf } = epochOf(database)

describe('the row of the epoch', () => {
  test.each([
    ['another', 'INSERT INTO api_key_epoch DEFAULT VALUES', 'duplicate key'],
    ['one with another id', 'INSERT INTO api_key_epoch (id) VALUES (false)', 'api_key_epoch_has_one_row'],
    ['one without an id', 'INSERT INTO api_key_epoch (id) VALUES (NULL)', 'null value'],
    ['another id', 'UPDATE api_key_epoch SET id = false', 'api_key_epoch_has_one_row'],
  ])('is one for ever: %s is refused', async (_, sql, refusal) => {
    await expect(database.query(sql)).rejects.toThrow(refusal)
  })

  test('comes back with the next change when somebody deletes it, and the change is made', async () => {
    const { ids } = await owner()
    await database.query('DELETE FROM api_key_epoch')

    await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', ids)

    expect(
      await database.query('SELECT FROM api_keys WHERE id = $1 AND revoked_at IS NOT NULL', ids),
    ).toHaveLength(1)
    expect((await readEpoch()).stamp).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('draws a stamp that was never there before', async () => {
    const { ids } = await owner(20)
    const stamps = new Set<string>()

    for (const id of ids) {
      await database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id])
      stamps.add((await readEpoch()).stamp)
    }

    expect(stamps.size).toBe(20)
  })
})

describe('the real epoch steps', () => {
  const revoke = (id: string) => `UPDATE public.api_keys SET revoked_at = now() WHERE id = '${id}';`
  const rename = (id: string) =>
    `UPDATE public.tenants SET name = 'new' WHERE id = (SELECT tenant_id FROM public.api_keys WHERE id = '${id}');`
  const decoy = (schema: string) =>
    `CREATE TABLE ${schema}.api_key_epoch (LIKE public.api_key_epoch INCLUDING ALL);
     CREATE TABLE ${schema}.api_keys (LIKE public.api_keys INCLUDING ALL);`

  test.each([
    ['revokes a key', revoke],
    ['renames a tenant', rename],
  ])('when a session that finds other tables first %s', async (_, change) => {
    const { ids } = await owner()

    const steps = await stepsOf(() =>
      database.query(
        `BEGIN; CREATE SCHEMA elsewhere; ${decoy('elsewhere')} SET LOCAL search_path = elsewhere, pg_catalog;
         ${change(ids.join())} SET LOCAL search_path = public; DROP SCHEMA elsewhere CASCADE; COMMIT`,
      ),
    )

    expect(steps).toBe(1)
  })

  test.each([
    ['revokes a key', revoke],
    ['renames a tenant', rename],
  ])('when a session with temporary tables of the same names %s', async (_, change) => {
    const { ids } = await owner()

    const steps = await stepsOf(() =>
      database.query(
        `BEGIN; ${decoy('pg_temp')} ${change(ids.join())}
         DROP TABLE pg_temp.api_key_epoch, pg_temp.api_keys; COMMIT`,
      ),
    )

    expect(steps).toBe(1)
  })

  test('when a session with an empty search_path deletes a key', async () => {
    const { ids } = await owner()

    const steps = await stepsOf(() =>
      database.query(
        `BEGIN; SET LOCAL search_path = ''; DELETE FROM public.api_keys WHERE id = '${ids}'; COMMIT`,
      ),
    )

    expect(steps).toBe(1)
  })

  test('when the role that changes a key has no rights on the epoch', async () => {
    const { ids } = await owner()
    const role = `role_${randomUUID().slice(0, 8)}`

    const steps = await stepsOf(() =>
      database.query(
        `BEGIN; CREATE ROLE ${role}; GRANT SELECT, UPDATE ON api_keys TO ${role}; SET LOCAL ROLE ${role};
         ${revoke(ids.join())} RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}; COMMIT`,
      ),
    )

    expect(steps).toBe(1)
  })
})

test('nobody else can make the epoch step', async () => {
  const role = `role_${randomUUID().slice(0, 8)}`

  const stepping = database.query(
    `DO $$ BEGIN CREATE ROLE ${role}; SET LOCAL ROLE ${role}; PERFORM api_key_epoch_advance(NULL); END $$`,
  )

  await expect(stepping).rejects.toThrow('permission denied')
})
