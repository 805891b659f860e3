import type { Caller } from '../caller.js'
import type { Found } from '../coherence/batched-load.js'
import { Refusal, type RefusalFacts, type RefusalReason } from '../errors.js'
import { holdsAddress } from '../key/places.js'
import type { SecretFormat } from '../key/secret.js'
import { judge, type KeyRecord } from '../key/verdict.js'
import type { Limiter, Spent } from '../limits/create-limiter.js'
import type { FailedAttempts } from '../limits/failed-attempts.js'
import type { LoadKeys } from '../store/load-keys.js'
import type { UsageRecorder } from '../usage/recorder.js'
import type { Admission, Admit } from './admission.js'

interface Dependencies {
  readonly format: SecretFormat
  /** The one door from a hash to its record: at once when it is known, else later. */
  readonly find: (keyHash: string) => Found | Promise<Found>
  readonly failedAttempts: FailedAttempts
  readonly limiter: Limiter
  readonly usage: Pick<UsageRecorder, 'admitted' | 'refused' | 'refusedAfterwards'>
}

export function createAdmit({ format, find, failedAttempts, limiter, usage }: Dependencies): Admit {
  function refuse(reason: RefusalReason, caller: Caller | undefined, facts?: RefusalFacts): Refusal {
    failedAttempts.note(caller)
    return new Refusal(reason, facts)
  }

  /** Judged at this instant, on every request: a record that was kept may have expired since. */
  function judgeFound(
    { record, nowMs }: Found,
    keyPrefix: string,
    caller: Caller | undefined,
  ): Admission | Promise<Admission> {
    if (record === null) throw refuse('unknown', caller, { keyPrefix })
    const { id: apiKeyId } = record.principal.apiKey
    const verdict = judge(record, nowMs)
    if (verdict !== 'active') {
      usage.refused(apiKeyId, nowMs)
      throw refuse(verdict, caller, { keyPrefix, apiKeyId })
    }
    if (record.places !== null && !holdsAddress(record.places, caller?.address)) {
      usage.refused(apiKeyId, nowMs)
      const { address } = caller ?? {}
      throw refuse('address_forbidden', caller, {
        ...{ keyPrefix, apiKeyId },
        ...(address === undefined ? {} : { address }),
      })
    }
    if (!limiter.applies(record)) return admit(record, nowMs, null)
    return limiter.spend(record, nowMs).then(
      (spent) => admit(record, nowMs, spent),
      (error: unknown) => {
        usage.refused(apiKeyId, nowMs)
        throw error
      },
    )
  }

  function admit(record: KeyRecord, nowMs: number, spent: Spent | null): Admission {
    const { principal } = record
    usage.admitted(record, nowMs)
    return {
      principal,
      limits: spent === null ? null : spent.states,
      refuse() {
        usage.refusedAfterwards(principal.apiKey.id, nowMs)
        return spent === null ? null : spent.giveBack()
      },
    }
  }

  return (secret, caller) => {
    failedAttempts.refuseExhausted(caller)
    const presented = format.parse(secret)
    if (presented === null) throw refuse('malformed', caller)
    const { keyHash, keyPrefix } = presented
    const found = find(keyHash)
    return found instanceof Promise
      ? found.then((later) => judgeFound(later, keyPrefix, caller))
      : judgeFound(found, keyPrefix, caller)
  }
}

/** Asks the database itself, for what must not rest on an answer that was kept. */
export function createFindFresh(loadKeys: LoadKeys): (keyHash: string) => Promise<Found> {
  return async (keyHash) => {
    const { records, databaseMs } = await loadKeys([keyHash])
    const record = records.get(keyHash) ?? null
    if (record instanceof Refusal) throw record
    return { record, nowMs: databaseMs }
  }
}
