import { type Clock, systemClock } from '../../src/clock.js'
import { createBatchedLoad } from '../../src/coherence/batched-load.js'
import { deferred } from '../../src/deferred.js'
import type { LoadedKeys } from '../../src/key/loaded-keys.js'
import type { KeyRecord } from '../../src/key/verdict.js'
import { keyRecord } from './key-record.js'
import { loaded } from './loaded.js'

interface Options {
  /** In place of a database in which every key exists. */
  readonly loadKeys?: (keyHashes: readonly string[]) => Promise<LoadedKeys['records']>
  readonly queryTimeoutMs?: number
  readonly clock?: Clock
  /** The database's time of day; default: this process'. */
  readonly databaseMs?: number
}

/** Batched loads from a database in memory, whose answers can be held back. */
export function controlledLoad(options: Options = {}) {
  const { loadKeys = loadAll, queryTimeoutMs = 5_000, clock = systemClock, databaseMs } = options
  const questions: (readonly string[])[] = []
  const kept: [string, KeyRecord | null][] = []
  const state = { generation: 0, open: 0, mostOpen: 0 }
  let answered = deferred<void>()
  answered.resolve()

  const batched = createBatchedLoad({
    queryTimeoutMs,
    clock,
    generation: () => state.generation,
    onLoaded: (keyHash, record) => kept.push([keyHash, record]),
    async loadKeys(keyHashes) {
      questions.push(keyHashes)
      state.open += 1
      state.mostOpen = Math.max(state.mostOpen, state.open)
      try {
        const answer = await loadKeys(keyHashes)
        await answered.promise
        return loaded(answer, databaseMs)
      } finally {
        state.open -= 1
      }
    },
  })

  return {
    load: async (keyHash: string) => (await batched.load(keyHash)).record,
    loadFound: batched.load,
    settled: batched.settled,
    questions,
    /** What was offered to be kept. */
    kept,
    mostOpen: () => state.mostOpen,
    /** Something was forgotten. */
    forget() {
      state.generation += 1
    },
    /** From now on, questions stay open. */
    hold() {
      answered = deferred<void>()
    },
    /** Answers all questions, those to come too. */
    answerAll: () => answered.resolve(),
  }
}

async function loadAll(keyHashes: readonly string[]): Promise<LoadedKeys['records']> {
  return new Map(keyHashes.map((keyHash) => [keyHash, keyRecord(keyHash)]))
}
