import { afterEach } from '@jest/globals'
import { type Deferred, deferred } from '../../src/deferred.js'
import type { ApiKeyEvent } from '../../src/events.js'
import { createUsageRecorder, type UsageRecorder } from '../../src/usage/recorder.js'

const opened: UsageRecorder[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((recorder) => recorder.close()))
})

/** A recorder and what it has written: a list of keys and times of last use for each write, and counts of each day. */
export function recordedUses({ flushMs = 600_000, resolutionMs = 60_000 } = {}) {
  const written: [string, number][][] = []
  const counted: string[] = []
  const events: ApiKeyEvent[] = []
  let failures: (Error | undefined)[] = []
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
      const reached = [...uses].filter(([id]) => !passedOver.has(id))
      const stamped = reached.filter(([, { lastUsedMs }]) => lastUsedMs > 0)
      if (stamped.length > 0) written.push(stamped.map(([id, { lastUsedMs }]) => [id, lastUsedMs]))
      for (const [id, { days }] of reached) {
        for (const { day, requests, refused } of days) {
          const date = new Date(day * 86_400_000).toISOString().slice(0, 10)
          counted.push(`${id} ${date}: ${requests}, ${refused} refused`)
        }
      }
      return { left: new Map([...uses].filter(([id]) => passedOver.has(id))) }
    },
  })
  opened.push(recorder)

  return {
    recorder,
    written,
    /** Such as `a 2026-11-23: 3, 1 refused`. */
    counted,
    events,
    /** The next writes fail, each with its error. */
    fail(...errors: Error[]) {
      failures = errors
    },
    /** The write after so many others fails. */
    failAfter(writes: number, error: Error) {
      failures = [...Array.from({ length: writes }, () => undefined), error]
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
