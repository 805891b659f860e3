import pg from 'pg'
import { NeedsMending } from '../epoch.js'
import type { LoadKeys } from '../key/loaded-keys.js'
import { answerOrRefuse } from './answer-or-refuse.js'
import type { ApiKeyRow } from './api-key-row.js'
import type { OwnedApiKeyRow } from './client.js'
import { queryInOneMessage } from './one-message.js'
import { createRecordsReader } from './rows.js'
import { qualified } from './schema.js'
import { replicaRead } from './transaction.js'

/** Loads come two at a time, and one may be waiting for a connection that died. */
const MAX_CONNECTIONS = 3

export interface DirectLoad {
  readonly loadKeys: LoadKeys
  readonly end: () => Promise<void>
}

/**
 * Loads keys of the package's own tables over connections of its own: one join, on the primary, ended by the server at
 * the limit. Prisma asks three questions for the same, and a transaction of its three more: 1.7 times as many misses
 * a second go this way. A host's client may map and extend its models, so its keys are loaded through it.
 */
export function createDirectLoad(connect: pg.PoolConfig, schema: string, queryTimeoutMs: number): DirectLoad {
  const pool = new pg.Pool({ ...connect, max: MAX_CONNECTIONS })
  // A connection that is cut is replaced at the next load.
  pool.on('error', () => {})
  const readRecords = createRecordsReader('tenantId')
  const load = loadSql(schema)

  async function ask(keyHashes: readonly string[]): Promise<[LoadedRow, ...LoadedRow[]]> {
    const connection = await pool.connect()
    const statements = `SET LOCAL statement_timeout = ${queryTimeoutMs}; ${load(keyHashes)}`
    const [head, ...tail] = await queryInOneMessage<LoadedRow>(connection, statements).then(
      (rows) => {
        connection.release()
        return rows
      },
      (error) => {
        // What it still has to say would be taken for the next answer.
        connection.release(true)
        throw error
      },
    )
    if (head === undefined) throw new Error('an outer join always has a row')
    if (head.isReplica) throw replicaRead()
    return [head, ...tail]
  }

  return {
    async loadKeys(keyHashes) {
      const [head, ...tail] = await answerOrRefuse(queryTimeoutMs, () => ask(keyHashes).catch(explain))
      return {
        databaseMs: head.databaseMs,
        // One statement names the tables, and the epoch, by one schema.
        unfit: null,
        records: readRecords([head, ...tail].filter(isKey).map(toOwnedKey)),
      }
    },
    end: () => pool.end(),
  }
}

/** No such table or column: migrations are missing, or tenants and users have tables of other names. */
function explain(cause: unknown): never {
  if (!(cause instanceof pg.DatabaseError) || !['42P01', '42703'].includes(String(cause.code))) throw cause
  throw new NeedsMending(
    `the tables are not those of the package's own client: ${cause.message}`,
    'pass createKeyring your own client as "prisma" where your tenants and users have tables of their own, else run "npx express-api-keys doctor"',
    { cause },
  )
}

interface Witness {
  readonly isReplica: boolean
  readonly databaseMs: number
}

interface FlatKeyRow extends ApiKeyRow, Witness {
  readonly tenantName: string
  readonly tenantCreatedAt: Date
  readonly userTenantId: string
  readonly userEmail: string
  readonly userCreatedAt: Date
}

/** Of no key, when none is found: the database tells its time all the same. */
type LoadedRow = FlatKeyRow | (Witness & { readonly id: null })

function loadSql(schema: string): (keyHashes: readonly string[]) => string {
  const [keys, tenants, users] = ['api_keys', 'tenants', 'users'].map((table) => qualified(table, schema))
  // A message of several statements takes no parameters. Hashes are hexadecimal; they are escaped all the same.
  return (keyHashes) => `SELECT pg_is_in_recovery() AS "isReplica",
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "databaseMs", "found".*
    FROM (SELECT) AS "once" LEFT JOIN (
      SELECT "k"."id", "k"."tenant_id"::text AS "tenantId", "k"."user_id"::text AS "userId", "k"."name",
        "k"."key_prefix" AS "keyPrefix", "k"."key_hash" AS "keyHash", "k"."scopes", "k"."metadata",
        "k"."expires_at" AS "expiresAt", "k"."last_used_at" AS "lastUsedAt", "k"."created_at" AS "createdAt",
        "k"."rotated_from_id" AS "rotatedFromId", "k"."family_id" AS "familyId", "k"."rotated_at" AS "rotatedAt",
        "k"."grace_after_use_ms" AS "graceAfterUseMs", "k"."revoked_at" AS "revokedAt",
        "k"."revoked_reason" AS "revokedReason", "k"."version", "k"."limits", "k"."allowed_cidrs" AS "allowedCidrs",
        "t"."name" AS "tenantName", "t"."created_at" AS "tenantCreatedAt",
        "u"."tenant_id"::text AS "userTenantId", "u"."email" AS "userEmail", "u"."created_at" AS "userCreatedAt"
      FROM ${keys} "k" JOIN ${tenants} "t" ON "t"."id" = "k"."tenant_id" JOIN ${users} "u" ON "u"."id" = "k"."user_id"
      WHERE "k"."key_hash" = ANY (${pg.escapeLiteral(`{${keyHashes.join()}}`)}::text[])
    ) AS "found" ON true`
}

function isKey(row: LoadedRow): row is FlatKeyRow {
  return row.id !== null
}

function toOwnedKey(row: FlatKeyRow): OwnedApiKeyRow {
  const { tenantName, tenantCreatedAt, userTenantId, userEmail, userCreatedAt, ...key } = row
  const tenant = { id: key.tenantId, name: tenantName, createdAt: tenantCreatedAt }
  const user = { id: key.userId, tenantId: userTenantId, email: userEmail, createdAt: userCreatedAt }
  return { ...key, tenant, user }
}
