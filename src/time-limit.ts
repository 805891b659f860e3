import { Refusal } from './errors.js'

/**
 * Ends the wait for a query after `ms`. Drivers wait for ever by default: for a free connection, for a socket
 * that went dead, for a lock. The query itself may still finish; nobody listens to it any more.
 */
export async function withinTime<T>(ms: number, query: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(ms)), ms)
  })
  try {
    return await Promise.race([query, limit])
  } finally {
    clearTimeout(timer)
  }
}

function timedOut(ms: number): Refusal {
  return new Refusal('store_timeout', {}, new Error(`the database did not answer within ${ms} ms`))
}
