import type { Examination } from '../../keyring/examine.js'
import { counted } from '../show/counted.js'
import type { Finding } from './finding.js'
import { migrationFindings } from './migration-findings.js'

// Expiry is judged by the database's clock while a lease is fresh, and by the machine's otherwise.
const CLOCK_WARN_MS = 1_000
const CLOCK_FAIL_MS = 60_000

/** Judges how a database stands. Pure: facts in, lines out. */
export function findingsOf(examination: Examination): readonly Finding[] {
  const { server, installation, announcements, keys } = examination
  return [
    databaseFinding(server),
    ...migrationFindings(installation),
    ...(announcements === null ? [] : [announcementFinding(announcements)]),
    clockFinding(server.clockOffsetMs),
    ...keyFindings(keys),
  ]
}

function databaseFinding({
  version,
  answeredInMs,
  isReplica,
  skipsTriggers,
}: Examination['server']): Finding {
  const check = 'database'
  if (isReplica) {
    const mend = 'let DATABASE_URL name the primary, which alone knows the truth'
    return { check, status: 'fail', says: 'The database is a read replica.', mend }
  }
  if (skipsTriggers) {
    const mend = 'set session_replication_role to "origin" for this user and database'
    return { check, status: 'fail', says: 'Sessions of this user pass by every trigger.', mend }
  }
  return { check, status: 'ok', says: `PostgreSQL ${version} answers in ${Math.round(answeredInMs)} ms.` }
}

function announcementFinding(announcements: NonNullable<Examination['announcements']>): Finding {
  const check = 'announcements'
  if (announcements.arrive) {
    const says = `NOTIFY arrives, in ${Math.round(announcements.inMs)} ms.`
    return { check, status: 'ok', says }
  }
  const effect = announcements.canPoll
    ? 'Changes are found by polling, not announced'
    : 'No answer can be kept, so every request asks the database'
  const { why, mend } = announcements
  return { check, status: 'warn', says: `${effect}: ${why}.`, ...(mend === undefined ? {} : { mend }) }
}

function clockFinding(offsetMs: number): Finding {
  const check = 'clock'
  const distance = Math.abs(offsetMs)
  const direction = offsetMs > 0 ? 'ahead of' : 'behind'
  const says =
    distance <= CLOCK_WARN_MS
      ? `The database and this machine agree within ${Math.max(1, distance)} ms.`
      : `The database's clock is ${(distance / 1_000).toFixed(1)} s ${direction} this machine's.`
  if (distance <= CLOCK_WARN_MS) return { check, status: 'ok', says }
  const mend = 'let both take their time from the same source (NTP)'
  return { check, status: distance > CLOCK_FAIL_MS ? 'fail' : 'warn', says, mend }
}

function keyFindings(keys: Examination['keys']): Finding[] {
  if (keys === null) return []
  if (keys === 'uncounted') {
    const mend = 'grant the user of DATABASE_URL SELECT, or look when the database has less to do'
    return [{ check: 'expiry', status: 'warn', says: 'The keys could not be counted.', mend }]
  }
  const { active, withoutExpiry, unused } = keys
  return [
    withoutExpiry === 0
      ? {
          check: 'expiry',
          status: 'ok',
          says:
            active === 0 ? 'There is no active key.' : `${counted(active, 'active key')}, each with an end.`,
        }
      : {
          check: 'expiry',
          status: 'warn',
          says: `${withoutExpiry} of ${counted(active, 'active key')} never expire${withoutExpiry === 1 ? 's' : ''}.`,
          mend: 'issue keys with --expires, and give those that have none an end: update ID --tenant ID --expires 90d',
        },
    unused === 0
      ? { check: 'unused', status: 'ok', says: 'No active key has lain unused for 90 days.' }
      : {
          check: 'unused',
          status: 'warn',
          says: `${counted(unused, 'active key')} ${unused === 1 ? 'has' : 'have'} not been used for 90 days.`,
          mend: 'revoke what nobody uses: list --tenant ID shows when each key was used last',
        },
  ]
}
