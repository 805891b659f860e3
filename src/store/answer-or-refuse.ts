import { ApiKeyError, Refusal } from '../errors.js'
import { withinTime } from '../time-limit.js'

/** The answer of the database; any failure to have one in time is a `store_unavailable`, never "no such key". */
export async function answerOrRefuse<T>(queryTimeoutMs: number, query: () => PromiseLike<T>): Promise<T> {
  try {
    return await withinTime(queryTimeoutMs, query())
  } catch (error) {
    throw error instanceof ApiKeyError ? error : new Refusal('store_failed', {}, error)
  }
}
