import { randomUUID } from 'node:crypto'
import { Refusal } from '../errors.js'
import type { NewAuditEvent } from '../key/audit-event.js'
import { keyStatus } from '../key/status.js'
import type { OwnedApiKeyRow } from '../store/client.js'
import type { Trail } from '../store/event-rows.js'
import type { PagePosition } from '../store/key-rows.js'
import type { KeyTransaction } from '../store/key-transaction.js'
import { MissingOwner } from '../store/missing-owner.js'
import { type ReadRecords, toApiKey, toLimitedKey } from '../store/rows.js'
import { endedKeys } from './memory-ended-keys.js'
import type { MemoryOwners } from './memory-owners.js'
import { lockedOf, memoryRows } from './memory-rows.js'
import { isSameId, type MemoryState } from './memory-state.js'

/** The verbs' view of the state; one transaction at a time, so that locks have nothing to wait for. */
export function openTransaction(
  state: MemoryState,
  owners: MemoryOwners,
  readRecords: ReadRecords,
  nowMs: number,
): KeyTransaction {
  const { keys, positions, events, claims, usage } = state
  const now = new Date(nowMs)

  const rows = memoryRows(keys, now)
  const { of, ofTenant, put } = rows
  const tell = ({ tenantId, actor }: Trail, event: NewAuditEvent) => {
    events.push(Object.freeze({ ...event, tenantId, actor, id: randomUUID(), at: now }))
  }

  return {
    nowMs,
    async join() {},
    async standAlone() {},
    async lock(key) {
      const row = of(key)
      return row === null ? null : lockedOf(row)
    },
    async find(key) {
      const row = of(key)
      return row === null ? null : toApiKey(row)
    },
    async findLimited(key) {
      const row = of(key)
      return row === null ? null : toLimitedKey(row)
    },
    async findByHash(keyHash) {
      const row = [...keys.values()].find((each) => each.keyHash === keyHash)
      return row === undefined ? null : toApiKey(row)
    },
    async findRecord(key) {
      const row = of(key)
      const record = row === null ? null : (readRecords([row]).get(row.keyHash) ?? null)
      if (record instanceof Refusal) throw record
      return record
    },
    async page({ tenantId, userId, status, text = '', limit, after }) {
      const wanted = text.toLowerCase()
      return newestAfter(ofTenant(tenantId), ({ createdAt }) => createdAt, positions, after)
        .filter((row) => userId === undefined || isSameId(row.userId, userId))
        .filter((row) => [row.name, row.keyPrefix].some((each) => each.toLowerCase().includes(wanted)))
        .map(toApiKey)
        .filter((apiKey) => status === undefined || keyStatus(apiKey, nowMs) === status)
        .slice(0, limit)
    },
    async insert({ scopes, limits, allowedCidrs, ...key }) {
      const found = owners.find(key.tenantId, key.userId)
      if (found === null) throw new MissingOwner(undefined)
      const lists = {
        scopes: [...scopes],
        limits: [...(limits ?? [])],
        allowedCidrs: [...(allowedCidrs ?? [])],
      }
      const times = { createdAt: now, lastUsedAt: null, rotatedAt: null, revokedAt: null }
      const rest = { graceAfterUseMs: null, revokedReason: null, version: 1 }
      const { tenant, user } = found
      const ids = { tenantId: tenant.id, userId: user.id }
      const row: OwnedApiKeyRow = { ...key, ...ids, ...lists, ...times, ...rest, tenant, user }
      keys.set(row.id, row)
      positions.set(row.id, positions.size)
      return toApiKey(row)
    },
    async change({ id }, tenantId, { limits, allowedCidrs, ...change }) {
      const row = of({ tenantId, id })
      if (row === null) throw new Refusal('store_failed')
      return toApiKey(
        put(row, {
          ...change,
          ...(limits === undefined ? {} : { limits: limits ?? [] }),
          ...(allowedCidrs === undefined ? {} : { allowedCidrs: allowedCidrs ?? [] }),
        }),
      )
    },
    ...endedKeys(rows, usage, tell),
    async record(trail, told) {
      for (const event of told) tell(trail, event)
    },
    async eventPage({ tenantId, id, limit, after }) {
      return newestAfter(
        events,
        ({ at }) => at,
        new Map(events.map(({ id }, position) => [id, position])),
        after,
      )
        .filter((event) => isSameId(event.tenantId, tenantId) && (id === undefined || event.apiKeyId === id))
        .slice(0, limit)
        .map(({ tenantId: _, ...event }) => Object.freeze(event))
    },
    async claim(claimed) {
      const name = `${claimed.tenantId} ${claimed.idempotencyKeyHash}`
      const earlier = claims.get(name)
      if (earlier !== undefined) return earlier
      claims.set(name, claimed)
      return null
    },
    async findUsage({ id, fromDay, toDay }) {
      return [...(usage.get(id) ?? [])]
        .filter(([day]) => day >= fromDay && day <= toDay)
        .map(([day, counts]) => ({ day, ...counts }))
    },
  }
}

/** By the order they came in: many share an instant, for nothing here takes as long as a millisecond. */
function newestAfter<Entry extends { readonly id: string }>(
  entries: readonly Entry[],
  atOf: (entry: Entry) => Date,
  positions: ReadonlyMap<string, number>,
  edge: PagePosition | undefined,
): Entry[] {
  const newest = entries.toReversed()
  if (edge === undefined) return newest
  const last = positions.get(edge.id)
  return last === undefined
    ? newest.filter((entry) => atOf(entry) < edge.at)
    : newest.filter(({ id }) => (positions.get(id) ?? 0) < last)
}
