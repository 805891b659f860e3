import { afterEach } from '@jest/globals'
import { systemClock } from '../../src/clock.js'
import {
  type Coherence,
  type CoherenceOptions,
  createCoherence,
} from '../../src/coherence/create-coherence.js'
import type { ApiKeyEvent } from '../../src/events.js'
import { keyRecord } from './key-record.js'
import { loaded } from './loaded.js'
import { memoryEpoch } from './memory-epoch.js'
import { until } from './until.js'

const opened: Coherence[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((coherence) => coherence.close()))
})

/** Coherence with short times, over a database in memory in which every key exists. Ends with the test. */
export function openCoherence(options: Partial<CoherenceOptions> = {}) {
  const events: ApiKeyEvent[] = []
  const questions: (readonly string[])[] = []
  const coherence = createCoherence({
    ...memoryEpoch(),
    clock: systemClock,
    observe: (event) => events.push(event),
    cache: { maxKeys: 100, leaseMs: 2_000, heartbeatMs: 20, heartbeatTimeoutMs: 600 },
    queryTimeoutMs: 5_000,
    async loadKeys(keyHashes) {
      questions.push(keyHashes)
      return loaded(new Map(keyHashes.map((keyHash) => [keyHash, keyRecord(keyHash)])))
    },
    ...options,
  })
  opened.push(coherence)
  return {
    coherence,
    questions,
    takeEvents: (type: ApiKeyEvent['type']) => events.filter((event) => event.type === type),
    async startFresh() {
      coherence.start()
      await until(() => coherence.health().lease === 'fresh')
    },
  }
}
