import type { OwnerId } from '../key/host.js'
import type { DayCount } from '../key/use.js'
import type { RawClient } from './client.js'
import { requireRows } from './raw-rows.js'
import { qualified } from './schema.js'

/** A key, and days since 1970, both included. */
export interface UsageAsked {
  readonly tenantId: OwnerId
  readonly id: string
  readonly fromDay: number
  readonly toDay: number
}

export interface UsageRows {
  /** Days without a request are left out. */
  findUsage(asked: UsageAsked): Promise<readonly DayCount[]>
}

export function createUsageRows(tx: RawClient, schema: string): UsageRows {
  const sql = `SELECT ("u"."day" - DATE '1970-01-01')::int AS "day", "u"."requests"::float8 AS "requests",
      "u"."refused"::float8 AS "refused"
    FROM ${qualified('api_key_usage', schema)} "u" JOIN ${qualified('api_keys', schema)} "k" ON "k"."id" = "u"."api_key_id"
    WHERE "k"."tenant_id" = $1 AND "k"."id" = $2::text::uuid
      AND "u"."day" - DATE '1970-01-01' BETWEEN $3::text::int AND $4::text::int
    ORDER BY "u"."day"`
  return {
    async findUsage({ tenantId, id, fromDay, toDay }) {
      return requireRows(
        await tx.$queryRawUnsafe(sql, String(tenantId), id, String(fromDay), String(toDay)),
        isDayCount,
      )
    },
  }
}

function isDayCount(row: unknown): row is DayCount {
  if (typeof row !== 'object' || row === null || !('day' in row && 'requests' in row && 'refused' in row))
    return false
  return [row.day, row.requests, row.refused].every((value) => typeof value === 'number')
}
