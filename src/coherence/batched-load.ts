import { AsyncLocalStorage } from 'node:async_hooks'
import { type Clock, elapsedMs, type Instant, instantOf } from '../clock.js'
import { type Deferred, deferred } from '../deferred.js'
import { Refusal } from '../errors.js'
import type { LoadKeys } from '../key/loaded-keys.js'
import type { KeyRecord } from '../key/verdict.js'
import { withinTime } from '../time-limit.js'

/** A record, `null` where there is none, and the time to judge it at: the database's, as far as it is known. */
export interface Found {
  readonly record: KeyRecord | null
  readonly nowMs: number
}

export interface BatchedLoadOptions {
  readonly loadKeys: LoadKeys
  /** The longest wait of anybody who asks. */
  readonly queryTimeoutMs: number
  readonly clock: Clock
  /** Grows when something was forgotten: a load begun before is not shared with who asks after. */
  readonly generation: () => number
  /** Every answer that may be kept, with the generation and the time at which it was asked. */
  readonly onLoaded: (keyHash: string, record: KeyRecord | null, asked: Asked) => void
}

export interface Asked {
  readonly generation: number
  readonly at: Instant
}

/** Few queries at once and many keys in each: a database answers one list faster than many questions. */
const MAX_IN_FLIGHT = 2
const MAX_BATCH = 500

interface Flight {
  readonly keyHash: string
  readonly generation: number
  readonly landing: Deferred<Found>
  readonly answer: Promise<Found>
}

export interface BatchedLoad {
  readonly load: (keyHash: string) => Promise<Found>
  /** Resolves when nothing that was asked is open any more. */
  readonly settled: () => Promise<unknown>
}

/** Loads each hash once however many ask for it, and all hashes of a moment in one query. */
export function createBatchedLoad(options: BatchedLoadOptions): BatchedLoad {
  const { loadKeys, queryTimeoutMs, clock, generation, onLoaded } = options
  /** To be shared, the newest of each hash. */
  const flights = new Map<string, Flight>()
  const awaited = new Set<Flight>()
  const waiting = new Set<Flight>()
  let inFlight = 0
  let scheduled = false
  // A load belongs to nobody: it must not run as the request that happened to ask first.
  const outsideOfRequests = AsyncLocalStorage.snapshot()

  function load(keyHash: string): Promise<Found> {
    const shared = flights.get(keyHash)
    if (shared !== undefined && shared.generation === generation()) return shared.answer
    const landing = deferred<Found>()
    const flight: Flight = {
      keyHash,
      generation: generation(),
      landing,
      answer: withinTime(queryTimeoutMs, landing.promise),
    }
    flights.set(keyHash, flight)
    awaited.add(flight)
    waiting.add(flight)
    schedule()
    const landed = () => {
      awaited.delete(flight)
      // While the database is away, more is asked than anybody still waits for.
      waiting.delete(flight)
      if (flights.get(keyHash) === flight) flights.delete(keyHash)
    }
    flight.answer.then(landed, landed)
    return flight.answer
  }

  function schedule(): void {
    if (scheduled || inFlight >= MAX_IN_FLIGHT || waiting.size === 0) return
    scheduled = true
    outsideOfRequests(() => setImmediate(dispatch))
  }

  function takeBatch(): readonly Flight[] {
    const batch: Flight[] = []
    for (const flight of waiting) {
      if (batch.length === MAX_BATCH) break
      batch.push(flight)
      waiting.delete(flight)
    }
    return batch
  }

  async function dispatch(): Promise<void> {
    scheduled = false
    const batch = takeBatch()
    // Who asked may have given up meanwhile.
    if (batch.length === 0) return
    inFlight += 1
    schedule()
    const asked = { generation: generation(), at: instantOf(clock) }
    try {
      const loaded = await loadKeys(batch.map(({ keyHash }) => keyHash))
      // A process that stood still reads old answers before its timers ring.
      const tookMs = elapsedMs(asked.at, instantOf(clock))
      if (tookMs >= queryTimeoutMs) throw new Refusal('store_timeout')
      // The database told its time after it was asked, so this is its time now, or a little later: on the safe side.
      const nowMs = loaded.databaseMs + tookMs
      const keep = loaded.unfit === null ? onLoaded : () => {}
      for (const { keyHash, landing } of batch) {
        const record = loaded.records.get(keyHash) ?? null
        if (record instanceof Error) {
          landing.reject(record)
          continue
        }
        keep(keyHash, record, asked)
        landing.resolve({ record, nowMs })
      }
    } catch (error) {
      for (const { landing } of batch) landing.reject(error)
    }
    inFlight -= 1
    schedule()
  }

  return { load, settled: () => Promise.allSettled([...awaited].map(({ answer }) => answer)) }
}
