import { beforeAll, describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { epochOf } from './epoch-of.js'

const database = useDatabase()
const { owner, stepsOf } = epochOf(database)

// What fits its arguments better is called in place of PostgreSQL's own, whatever the order of the path.
const strangers = {
  'to_jsonb(record)': 'jsonb',
  'json_build_object(text, text, text, uuid, text, uuid, text, text[])': 'json',
}

beforeAll(async () => {
  for (const [signature, answer] of Object.entries(strangers)) {
    await database.query(`CREATE FUNCTION public.${signature} RETURNS ${answer} LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'a function of a stranger was called'; END $$`)
  }
  // Whoever owns a type may say how it becomes JSON.
  await database.query(`CREATE TYPE mood AS ENUM ('good');
    CREATE FUNCTION told(mood) RETURNS json LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'a function of a stranger was called'; END $$;
    CREATE CAST (mood AS json) WITH FUNCTION told(mood);
    ALTER TABLE tenants ADD COLUMN mood mood NOT NULL DEFAULT 'good', ADD COLUMN o int NOT NULL DEFAULT 1;
    ALTER TABLE users ADD COLUMN mood mood NOT NULL DEFAULT 'good', ADD COLUMN o int NOT NULL DEFAULT 1`)
})

describe('what runs with the rights of its owner', () => {
  test('would be met by these functions, had it their schema on its path', async () => {
    await expect(database.query('SELECT to_jsonb(k) FROM (SELECT 1) AS k')).rejects.toThrow('stranger')
    await owner()
    await expect(database.query('SELECT pg_catalog.to_jsonb(u) FROM users AS u')).rejects.toThrow('stranger')
  })

  test.each([
    ['a key changes', `UPDATE api_keys SET scopes = '["a"]' WHERE id = $1`],
    [
      'its tenant changes',
      `UPDATE tenants SET name = 'new' WHERE id = (SELECT tenant_id FROM api_keys WHERE id = $1)`,
    ],
    [
      'its user changes',
      `UPDATE users SET email = 'new' WHERE id = (SELECT user_id FROM api_keys WHERE id = $1)`,
    ],
    ['it is deleted', 'DELETE FROM api_keys WHERE id = $1'],
  ])('calls no function of others when %s, and tells of the change', async (_, sql) => {
    const { ids } = await owner()

    const steps = await stepsOf(() => database.query(sql, ids))

    expect(steps).toBe(1)
  })
})
