import type { Found } from '../coherence/batched-load.js'
import type { Coherence } from '../coherence/create-coherence.js'
import { Refusal } from '../errors.js'
import type { Principal } from '../key/principal.js'
import type { SecretFormat } from '../key/secret.js'
import { judge, type KeyRecord } from '../key/verdict.js'
import type { LoadKeys } from '../store/load-keys.js'

interface Dependencies {
  readonly format: SecretFormat
  /** The one door from a hash to its record: at once when it is known, else later. */
  readonly find: Coherence['find']
  readonly touch: (record: KeyRecord, nowMs: number) => void
}

/** A promise only where the database has to be asked: most requests need not wait for the next tick. */
export type AuthenticateNow = (secret: string) => Principal | Promise<Principal>

export function createAuthenticate({ format, find, touch }: Dependencies): AuthenticateNow {
  /** Judged at this instant, on every request: a record that was kept may have expired since. */
  function admit({ record, nowMs }: Found, keyPrefix: string): Principal {
    if (record === null) throw new Refusal('unknown', { keyPrefix })
    const { principal } = record
    const verdict = judge(record, nowMs)
    if (verdict !== 'active') throw new Refusal(verdict, { keyPrefix, apiKeyId: principal.apiKey.id })
    touch(record, nowMs)
    return principal
  }

  return (secret) => {
    const presented = format.parse(secret)
    if (presented === null) throw new Refusal('malformed')
    const { keyHash, keyPrefix } = presented
    const found = find(keyHash)
    return found instanceof Promise ? found.then((later) => admit(later, keyPrefix)) : admit(found, keyPrefix)
  }
}

interface FreshDependencies extends Pick<Dependencies, 'format' | 'touch'> {
  readonly loadKeys: LoadKeys
}

/** Asks the database itself, for what must not rest on an answer that was kept. */
export function createAuthenticateFresh({
  loadKeys,
  ...rest
}: FreshDependencies): (secret: string) => Promise<Principal> {
  async function find(keyHash: string): Promise<Found> {
    const { records, databaseMs } = await loadKeys([keyHash])
    const record = records.get(keyHash) ?? null
    if (record instanceof Refusal) throw record
    return { record, nowMs: databaseMs }
  }
  const authenticate = createAuthenticate({ ...rest, find })
  return async (secret) => authenticate(secret)
}
