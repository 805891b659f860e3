import type { Scope } from '../key/scope.js'
import type { KeyClient } from './client.js'
import { requireRows } from './raw-rows.js'
import { qualified } from './schema.js'
import type { InTransaction } from './transaction.js'

export type FindUnknownScopes = (known: readonly Scope[]) => Promise<readonly Scope[]>

// A look at many keys, not at all of them: it is taken whenever a process starts.
const KEYS_AT_MOST = 10_000
const SCOPES_AT_MOST = 20

/** What living keys hold beside the scopes that are known. */
export function createFindUnknownScopes(
  inTransaction: InTransaction<KeyClient>,
  schema: string,
): FindUnknownScopes {
  const sql = `SELECT DISTINCT "held"."scope" FROM (
      SELECT "scopes" FROM ${qualified('api_keys', schema)}
      WHERE "revoked_at" IS NULL AND ("expires_at" IS NULL OR "expires_at" > now()) LIMIT ${KEYS_AT_MOST}
    ) AS "living", jsonb_array_elements_text("living"."scopes") AS "held" ("scope")
    WHERE NOT $1::jsonb @> to_jsonb("held"."scope") ORDER BY 1 LIMIT ${SCOPES_AT_MOST}`
  return (known) =>
    inTransaction(async ({ tx }) => {
      const rows = requireRows(await tx.$queryRawUnsafe(sql, JSON.stringify(known)), holdsScope)
      return rows.map(({ scope }) => scope)
    })
}

function holdsScope(row: unknown): row is { readonly scope: Scope } {
  return typeof row === 'object' && row !== null && 'scope' in row && typeof row.scope === 'string'
}
