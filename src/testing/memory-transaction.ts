import { randomUUID } from 'node:crypto'
import { Refusal } from '../errors.js'
import type { NewAuditEvent } from '../key/audit-event.js'
import { keyStatus } from '../key/status.js'
import type { OwnedApiKeyRow } from '../store/client.js'
import type { Trail } from '../store/event-rows.js'
import type { PagePosition } from '../store/key-rows.js'
import type { KeyTransaction } from '../store/key-transaction.js'
import { MissingOwner } from '../store/missing-owner.js'
import { createRecordsReader, toApiKey, toLimitedKey } from '../store/rows.js'
import { endedKeys } from './memory-ended-keys.js'
import type { MemoryOwners } from './memory-owners.js'
import { lockedOf, memoryRows } from './memory-rows.js'
import { isSameId, type MemoryState } from './memory-state.js'

/** The verbs' view of the state; one transaction at a time, so that locks have nothing to wait for. */
export function openTransaction(state: MemoryState, owners: MemoryOwners, nowMs: number): KeyTransaction {
  const { keys, events, claims, usage } = state
  const now = new Date(nowMs)
  const readRecords = createRecordsReader('tenantId')

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
      return ofTenant(tenantId)
        .filter((row) => userId === undefined || isSameId(row.userId, userId))
        .filter((row) => [row.name, row.keyPrefix].some((each) => each.toLowerCase().includes(wanted)))
        .map(toApiKey)
        .filter((apiKey) => status === undefined || keyStatus(apiKey, nowMs) === status)
        .toSorted(newestFirst(({ createdAt, id }) => ({ at: createdAt, id })))
        .filter(({ createdAt, id }) => isAfter({ at: createdAt, id }, after))
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
      return events
        .filter((event) => isSameId(event.tenantId, tenantId) && (id === undefined || event.apiKeyId === id))
        .toSorted(newestFirst((event) => event))
        .filter((event) => isAfter(event, after))
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

function newestFirst<Entry>(positionOf: (entry: Entry) => PagePosition): (a: Entry, b: Entry) => number {
  return (first, second) => {
    const [a, b] = [positionOf(first), positionOf(second)]
    const later = b.at.getTime() - a.at.getTime()
    return later === 0 ? (a.id < b.id ? 1 : -1) : later
  }
}

function isAfter({ at, id }: PagePosition, edge: PagePosition | undefined): boolean {
  if (edge === undefined) return true
  return at < edge.at || (at.getTime() === edge.at.getTime() && id < edge.id)
}
