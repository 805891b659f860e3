import type { Scheduler } from 'fast-check'
import { createKeyCache } from '../../src/coherence/key-cache.js'
import { createLease } from '../../src/coherence/lease.js'
import type { LoadedKeys } from '../../src/key/loaded-keys.js'
import type { KeyRecord } from '../../src/key/verdict.js'
import { interleavedDatabase } from './interleaved-database.js'
import { type Change, KEYS, type Plan } from './interleaved-plan.js'
import { loaded, recordOf } from './loaded.js'
import { settableClock } from './settable-clock.js'

export const LEASE_MS = 2_000
const QUERY_TIMEOUT_MS = 1_000

/** The parts under test, so that a sabotaged one can take the place of a real one. */
export interface Parts {
  readonly createLease: typeof createLease
  readonly createKeyCache: typeof createKeyCache
}
export const realParts: Parts = { createLease, createKeyCache }

export interface Outcome {
  /** What the oracle found wrong, a sentence each. */
  readonly wrong: string[]
  /** Living keys that were served from memory, and how many of those when they had changed already. */
  servedKept: number
  servedChanged: number
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Lives through a plan in the order that the scheduler chooses, with an oracle that sees everything. */
export async function liveThrough(plan: Plan, scheduler: Scheduler, parts: Parts): Promise<Outcome> {
  const outcome: Outcome = { wrong: [], servedKept: 0, servedChanged: 0 }
  const clock = settableClock()
  let isCalm = true
  let trueMs = 0
  let moment = 0
  const readAt = new WeakMap<KeyRecord, number>()
  const forgottenAt = new Map<string, number>()

  const turn = async (label: string) => {
    if (!isCalm) await scheduler.schedule(Promise.resolve(), label)
    moment += 1
  }
  const database = interleavedDatabase(KEYS.slice(1), () => trueMs)
  const lease = parts.createLease(LEASE_MS, clock, (keyHashes) => {
    moment += 1
    for (const keyHash of keyHashes === 'all' ? KEYS : keyHashes) forgottenAt.set(keyHash, moment)
    cache.forget(keyHashes)
  })
  const cache = parts.createKeyCache({
    lease,
    clock,
    maxKeys: 100,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    loadKeys,
  })

  async function loadKeys(keyHashes: readonly string[]): Promise<LoadedKeys> {
    await turn('load arrives')
    const records = new Map<string, KeyRecord>()
    for (const keyHash of keyHashes) {
      const record = database.read(keyHash)
      if (record === null) continue
      readAt.set(record, moment)
      records.set(keyHash, record)
    }
    await turn('load is answered')
    return loaded(records, trueMs)
  }

  async function ask(keyHash: string): Promise<void> {
    const forgotten = forgottenAt.get(keyHash) ?? 0
    const answer = recordOf(cache.find(keyHash, lease.isFresh()))
    const record = await Promise.resolve(answer).catch(() => null)
    if (record === null) return
    if ((readAt.get(record) ?? 0) < forgotten) outcome.wrong.push(`${keyHash}: read before it was forgotten`)
    if (record.isRevoked) return
    const staleMs = database.staleMs(keyHash, record)
    if (staleMs > LEASE_MS) outcome.wrong.push(`${keyHash}: accepted ${staleMs} ms after its change`)
    if (answer instanceof Promise) return
    outcome.servedKept += 1
    if (staleMs > 0) outcome.servedChanged += 1
  }

  async function clientAsks(keyHashes: readonly string[]): Promise<void> {
    for (const keyHash of keyHashes) {
      await turn('request')
      await ask(keyHash)
    }
  }

  async function beat(): Promise<void> {
    for (const fate of plan.heartbeats) {
      await turn('heartbeat is sent')
      const heartbeat = lease.beginHeartbeat()
      await turn('heartbeat arrives')
      const reading = database.readEpoch()
      const reply = turn('heartbeat is answered').then(() => {
        if (fate !== 'lost') lease.renew(heartbeat, reading)
      })
      if (fate !== 'late') await reply
    }
  }

  async function change(changes: readonly Change[]): Promise<void> {
    for (const planned of changes) {
      await turn('change')
      const step = database.commit(planned)
      if (step === null) continue
      for (let copy = 0; copy < planned.delivered; copy += 1) {
        turn('announcement').then(() => lease.follow(step))
      }
    }
  }

  async function each<T>(label: string, items: readonly T[], happen: (item: T) => void): Promise<void> {
    for (const item of items) {
      await turn(label)
      happen(item)
    }
  }

  async function untilAllHasHappened(): Promise<void> {
    // Between two tasks everything settles, so `waitOne` is enough, and much quicker than its successor.
    while (scheduler.count() > 0) {
      await scheduler.waitOne()
      await nextTurn()
      await nextTurn()
    }
    isCalm = true
  }

  async function findAll(): Promise<(KeyRecord | null)[]> {
    return Promise.all(KEYS.map((keyHash) => recordOf(cache.find(keyHash, lease.isFresh()))))
  }

  /** When all is delivered and time has passed, every living key passes, as it is now, and no other. */
  async function settle(): Promise<void> {
    trueMs += LEASE_MS
    clock.pass(LEASE_MS)
    lease.renew(lease.beginHeartbeat(), database.readEpoch())
    for (const records of [await findAll(), await findAll()]) {
      for (const [n, keyHash] of KEYS.entries()) {
        const record = records[n] ?? null
        const isAccepted = record !== null && !record.isRevoked
        const isLatest = record === null || database.staleMs(keyHash, record) === 0
        if (isAccepted !== database.isLiving(keyHash) || !isLatest) {
          outcome.wrong.push(`${keyHash}: still not as it is in the end`)
        }
      }
    }
  }

  if (plan.isWarm) {
    lease.renew(lease.beginHeartbeat(), database.readEpoch())
    await findAll()
  }
  isCalm = false
  const everything = [
    beat(),
    change(plan.changes),
    ...plan.clients.map(clientAsks),
    each('a key is issued', KEYS.slice(0, 1), database.insert),
    each('a listener connects again', plan.reconnects, () => lease.doubt('reconnected')),
    each('somebody sets the clock', plan.clockSettings, clock.set),
    each('the machine sleeps', plan.sleeps, (ms) => {
      trueMs += ms
      clock.sleep(ms)
    }),
    each('time passes', plan.passing, (ms) => {
      trueMs += ms
      clock.pass(ms)
    }),
  ]
  await untilAllHasHappened()
  await Promise.all(everything)
  await settle()
  return outcome
}
