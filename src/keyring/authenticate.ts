import type { Caller } from '../caller.js'
import type { Found } from '../coherence/batched-load.js'
import { Refusal, type RefusalFacts, type RefusalReason } from '../errors.js'
import type { LoadKeys } from '../key/loaded-keys.js'
import { holdsAddress } from '../key/networks.js'
import type { PresentedKey, SecretFormat } from '../key/secret.js'
import { judge, type KeyRecord } from '../key/verdict.js'
import type { Limiter, Spent } from '../limits/create-limiter.js'
import type { FailedAttempts } from '../limits/failed-attempts.js'
import type { UsageRecorder } from '../usage/recorder.js'
import type { Admission, Admit } from './admission.js'

interface Dependencies {
  readonly format: SecretFormat
  /** The one door from a hash to its record: at once when it is known, else later. */
  readonly find: (keyHash: string) => Found | Promise<Found>
  /** What `find` would answer at once; absent where it keeps nothing. */
  readonly findKept?: (keyHash: string) => Found | null
  readonly failedAttempts: FailedAttempts
  readonly limiter: Limiter
  readonly usage: Pick<UsageRecorder, 'admitted' | 'refused' | 'refusedAfterwards'>
}

export function createAdmit(dependencies: Dependencies): Admit {
  const { format, find, findKept = () => null, failedAttempts, limiter, usage } = dependencies

  function refuse(reason: RefusalReason, caller: Caller | undefined, facts?: RefusalFacts): Refusal {
    failedAttempts.note(caller)
    return new Refusal(reason, facts)
  }

  /** Judged at this instant, on every request: a record that was kept may have expired since. */
  function requireAdmissible(
    { record, nowMs }: Found,
    keyPrefix: string,
    caller: Caller | undefined,
  ): KeyRecord {
    if (record === null) throw refuse('unknown', caller, { keyPrefix })
    const { id: apiKeyId } = record.principal.apiKey
    const verdict = judge(record, nowMs)
    if (verdict !== 'active') {
      usage.refused(apiKeyId, nowMs)
      throw refuse(verdict, caller, { keyPrefix, apiKeyId })
    }
    if (record.networks !== null && !holdsAddress(record.networks, caller?.address)) {
      usage.refused(apiKeyId, nowMs)
      const { address } = caller ?? {}
      throw refuse('address_forbidden', caller, {
        ...{ keyPrefix, apiKeyId },
        ...(address === undefined ? {} : { address }),
      })
    }
    return record
  }

  function admitLiving(
    record: KeyRecord,
    nowMs: number,
    presented: PresentedKey,
    caller: Caller | undefined,
    cached: boolean,
  ): Admission | Promise<Admission> {
    return limiter.applies(record)
      ? admitLimited(record, nowMs, presented, caller, cached)
      : admit(record, nowMs, null, cached)
  }

  async function lookUp(
    presented: PresentedKey,
    caller: Caller | undefined,
    before: Admission | null,
  ): Promise<Admission> {
    const { keyHash, keyPrefix } = presented
    const { record, nowMs } = await failedAttempts.inTurn(caller, async () => {
      const found = await find(keyHash)
      return { record: requireAdmissible(found, keyPrefix, caller), nowMs: found.nowMs }
    })
    const { principal } = record
    return before?.principal.apiKey.id === principal.apiKey.id
      ? { ...before, principal, cached: false }
      : admitLiving(record, nowMs, presented, caller, false)
  }

  async function admitLimited(
    record: KeyRecord,
    nowMs: number,
    { keyHash, keyPrefix }: PresentedKey,
    caller: Caller | undefined,
    cached: boolean,
  ): Promise<Admission> {
    const spent = await limiter.spend(record, nowMs).catch((error: unknown) => {
      usage.refused(record.principal.apiKey.id, nowMs)
      throw error
    })
    try {
      // Counters may have taken their time, in which the key may have ended.
      const found = await find(keyHash)
      return admit(requireAdmissible(found, keyPrefix, caller), found.nowMs, spent, cached)
    } catch (error) {
      spent.giveBack()
      throw error
    }
  }

  function admit(record: KeyRecord, nowMs: number, spent: Spent | null, cached: boolean): Admission {
    const { principal } = record
    let limits = spent === null ? null : spent.states
    let isRefused = false
    usage.admitted(record, nowMs)
    return {
      principal,
      cached,
      limits,
      refuse() {
        if (isRefused) return limits
        isRefused = true
        usage.refusedAfterwards(principal.apiKey.id, nowMs)
        if (spent !== null) limits = spent.giveBack()
        return limits
      },
    }
  }

  return (secret, caller, before = null) => {
    failedAttempts.refuseExhausted(caller)
    const presented = format.parse(secret)
    if (presented === null) throw refuse('malformed', caller)
    const kept = findKept(presented.keyHash)
    if (kept !== null) {
      const record = requireAdmissible(kept, presented.keyPrefix, caller)
      return admitLiving(record, kept.nowMs, presented, caller, true)
    }
    // Read now: when the answer comes, the connection may be gone, and its address with it.
    return lookUp(presented, caller && { address: caller.address }, before)
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
