import { Refusal } from '../errors.js'
import type { Principal } from '../key/principal.js'
import type { SecretFormat } from '../key/secret.js'
import { judge, type KeyRecord } from '../key/verdict.js'

/** The one door from a hash to its record: at once when it is known, else later. `null` means there is none. */
export type FindByHash = (keyHash: string) => KeyRecord | null | Promise<KeyRecord | null>

interface Dependencies {
  readonly format: SecretFormat
  readonly find: FindByHash
  readonly nowMs: () => number
  readonly touch: (record: KeyRecord, nowMs: number) => void
}

/** A promise only where the database has to be asked: most requests need not wait for the next tick. */
export type AuthenticateNow = (secret: string) => Principal | Promise<Principal>

export function createAuthenticate({ format, find, nowMs, touch }: Dependencies): AuthenticateNow {
  /** Judged at this instant, on every request: a record that was kept may have expired since. */
  function admit(record: KeyRecord | null, keyPrefix: string): Principal {
    if (record === null) throw new Refusal('unknown', { keyPrefix })
    const { principal } = record
    const now = nowMs()
    const verdict = judge(record, now)
    if (verdict !== 'active') throw new Refusal(verdict, { keyPrefix, apiKeyId: principal.apiKey.id })
    touch(record, now)
    return principal
  }

  return (secret) => {
    const presented = format.parse(secret)
    if (presented === null) throw new Refusal('malformed')
    const { keyHash, keyPrefix } = presented
    const found = find(keyHash)
    return found instanceof Promise
      ? found.then((record) => admit(record, keyPrefix))
      : admit(found, keyPrefix)
  }
}
