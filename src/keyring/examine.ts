import { createProbe, isProbe, proveListener } from '../coherence/probe.js'
import { EpochUnavailable, NeedsMending } from '../epoch.js'
import { readCatalog } from '../store/catalog.js'
import { type DirectConnection, withDirectConnection } from '../store/direct-connection.js'
import { createDirectEpoch } from '../store/direct-epoch.js'
import { DOCTOR } from '../store/doctor-mend.js'
import { createEpochListener } from '../store/epoch-listener.js'
import { countKeys, type KeyCensus } from '../store/key-census.js'
import { readServerFacts, type ServerFacts } from '../store/server-facts.js'
import { type Installation, installationOf } from './installation.js'

const QUERY_TIMEOUT_MS = 10_000

/** Whether changes are announced to a process, or it has to poll for them. */
export type Announcements =
  | { readonly arrive: true; readonly inMs: number }
  | {
      readonly arrive: false
      /** Else there is nothing to poll either, and no answer is ever kept. */
      readonly canPoll: boolean
      readonly why: string
      /** Absent where looking at the tables has told it already. */
      readonly mend?: string
    }

/** How a database stands; facts only, without a judgement. */
export interface Examination {
  readonly server: ServerFacts
  readonly installation: Installation
  /** `null` where there are no tables to try it on. */
  readonly announcements: Announcements | null
  /** `null` where there is no table of keys; `uncounted` where counting them failed or took too long. */
  readonly keys: KeyCensus | 'uncounted' | null
}

export interface ExamineInput {
  readonly databaseUrl: string
  /** Keys not used for this long are counted as unused. */
  readonly unusedMs: number
  readonly nowMs: () => number
}

/** Looks at a database without changing it. Throws `store_unavailable` when it cannot be reached. */
export async function examine({ databaseUrl, unusedMs, nowMs }: ExamineInput): Promise<Examination> {
  return withDirectConnection(databaseUrl, QUERY_TIMEOUT_MS, async (connection) => {
    const server = await readServerFacts(connection, nowMs)
    const catalog = await readCatalog(connection)
    return {
      server,
      installation: installationOf(catalog),
      announcements: catalog.hasEpoch ? await tryAnnouncing(databaseUrl, connection, nowMs) : null,
      keys: catalog.hasKeys ? await count(connection, unusedMs) : null,
    }
  })
}

function count(connection: DirectConnection, unusedMs: number): Promise<KeyCensus | 'uncounted'> {
  return countKeys(connection, unusedMs, QUERY_TIMEOUT_MS).catch(() => 'uncounted' as const)
}

/** As a keyring does it: a connection that listens, another that announces. */
async function tryAnnouncing(
  databaseUrl: string,
  connection: DirectConnection,
  nowMs: () => number,
): Promise<Announcements> {
  const probe = createProbe()
  const epoch = createDirectEpoch(connection)
  try {
    await epoch.readEpoch()
    const listener = await createEpochListener(
      databaseUrl,
      connection.schema,
    )({
      onStep: () => {},
      onOther: (text) => {
        if (isProbe(text) && text === probe.text) probe.heard.resolve()
      },
      onLost: () => {},
    })
    const startedAt = nowMs()
    try {
      await proveListener(listener, epoch, probe)
      return { arrive: true, inMs: nowMs() - startedAt }
    } finally {
      listener.close()
    }
  } catch (error) {
    if (error instanceof NeedsMending) {
      const canPoll = !(error instanceof EpochUnavailable)
      const told = error.mend === DOCTOR ? {} : { mend: error.mend }
      return { arrive: false, canPoll, why: error.message, ...told }
    }
    const mend = 'let DATABASE_URL name a direct connection, and allow one more'
    return { arrive: false, canPoll: true, why: 'a second connection, to listen on, could not be made', mend }
  }
}
