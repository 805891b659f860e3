import { Refusal } from '../errors.js'

export interface Closing {
  readonly isClosed: () => boolean
  /** Throws a `Refusal` from the moment that `close` was called. */
  readonly refuseWhenClosed: () => void
  readonly close: () => Promise<void>
}

/** Ends once, however often it is asked to. */
export function closeOnce(end: () => Promise<void>): Closing {
  let closed: Promise<void> | undefined
  return {
    isClosed: () => closed !== undefined,
    refuseWhenClosed() {
      if (closed === undefined) return
      throw new Refusal('keyring_closed', {}, new Error('the keyring is closed: call close() last'))
    },
    close() {
      closed ??= end()
      return closed
    },
  }
}
