import { afterEach } from '@jest/globals'
import { type Deferred, deferred } from '../../src/deferred.js'
import type { ApiKeyEvent } from '../../src/events.js'
import { createUsageRecorder, type UsageRecorder } from '../../src/usage/recorder.js'

const opened: UsageRecorder[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((recorder) => recorder.close()))
})

/** A recorder and what it has written: a list of keys and times for each write. */
export function recordedUses({ flushMs = 600_000, resolutionMs = 60_000 } = {}) {
  const written: [string, number][][] = []
  const events: ApiKeyEvent[] = []
  let failures: Error[] = []
  let passedOver = new Set<string>()
  let held: Deferred<void> | undefined

  const recorder = createUsageRecorder({
    flushMs,
    resolutionMs,
    observe: (event) => events.push(event),
    async write(uses) {
      await held?.promise
      const failure = failures.shift()
      if (failure !== undefined) throw failure
      written.push([...uses].filter(([id]) => !passedOver.has(id)))
      return new Map([...uses].filter(([id]) => passedOver.has(id)))
    },
  })
  opened.push(recorder)

  return {
    recorder,
    written,
    events,
    /** The next writes fail, each with its error. */
    fail(...errors: Error[]) {
      failures = errors
    },
    /** Writes pass over these keys from now on. */
    passOver(...ids: string[]) {
      passedOver = new Set(ids)
    },
    /** Holds writes back, until the function it returns is called. */
    hold(): () => void {
      const holding = deferred<void>()
      held = holding
      return () => {
        held = undefined
        holding.resolve()
      }
    },
  }
}
