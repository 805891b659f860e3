// The tests are written for Jest. Stryker measures what each one covers under Vitest only, which has the same words.
import { vi } from 'vitest'

export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'

const timed = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'Date',
  'performance',
  'queueMicrotask',
  'nextTick',
]

export const jest = {
  useFakeTimers({ doNotFake = [] } = {}) {
    vi.useFakeTimers({ toFake: timed.filter((name) => !doNotFake.includes(name)) })
  },
  useRealTimers() {
    vi.useRealTimers()
  },
  getTimerCount() {
    return vi.getTimerCount()
  },
  advanceTimersByTimeAsync(ms) {
    return vi.advanceTimersByTimeAsync(ms)
  },
}
