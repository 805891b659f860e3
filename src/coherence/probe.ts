import { randomUUID } from 'node:crypto'
import { type Deferred, deferred } from '../deferred.js'
import { AnnouncementsLost, type ClientEpochSource, type EpochListener } from '../epoch.js'
import { withinTime } from '../time-limit.js'

const BEGINNING = 'probe '
const TIMEOUT_MS = 1_000
/** A change between the two readings of a comparison makes them differ; so many in a row do not happen. */
const COMPARISONS = 3

/** A text that only this process announces, to see whether announcements arrive. */
export interface Probe {
  readonly text: string
  readonly heard: Deferred<void>
}

export function createProbe(): Probe {
  return { text: BEGINNING + randomUUID(), heard: deferred<void>() }
}

/** Of any process: all probe the same channel. */
export function isProbe(text: string): boolean {
  return text.startsWith(BEGINNING)
}

/**
 * Proves that a connection hears what happens to the client's tables. LISTEN succeeds behind a pooler in
 * transaction mode, and nothing ever arrives; so a probe is sent through the client, and both must then read the
 * same stamp: it is the same database, and the same table in it. Throws `AnnouncementsLost`.
 */
export async function proveListener(
  listener: EpochListener,
  client: ClientEpochSource,
  { text, heard }: Probe,
): Promise<void> {
  await client.announce(listener.channel, text)
  await withinTime(TIMEOUT_MS, heard.promise).catch(() => {
    throw new AnnouncementsLost(
      'NOTIFY does not arrive, as behind a pooler in transaction mode',
      'let databaseUrl name a direct connection to the database of the Prisma client',
    )
  })
  for (let comparison = 1; comparison <= COMPARISONS; comparison += 1) {
    const [own, clients] = await Promise.all([listener.readEpoch(), client.readEpoch()])
    if (own.stamp === clients.stamp) return
  }
  throw new AnnouncementsLost(
    'databaseUrl and the Prisma client read different epochs',
    'let databaseUrl name the database and schema of the Prisma client',
  )
}
