import { onCleanup } from './cleanup.js'
import { drive, inTurn } from './load.js'
import { sendAtRate } from './paced-requests.js'
import { startServer } from './processes.js'
import { hashOf, secretAt, secretsOf } from './secrets.js'
import { seedKeys } from './seed.js'
import { percentile } from './statistics.js'
import { count, printTable, printTargets } from './table.js'
import { sleep, until } from './time.js'

const PROCESSES = 4
const PER_SECOND = 1_000
const OTHER_KEYS = 100
const VICTIMS = 'revocation'
const OTHERS = 'revocation-others'
const WARM_MS = 300
/** No answer 200 for so long in any process, and the key counts as refused everywhere. */
const QUIET_MS = 200

/** Part 5. @param {import('./database.js').Database} database */
export async function measureRevocation(database, { quick }) {
  const repetitions = quick ? 6 : 100
  await seedKeys(database, VICTIMS, repetitions + 1)
  await seedKeys(database, OTHERS, OTHER_KEYS)
  // What is sent on after a revocation would spend the failed attempts of the keys that come after it.
  const config = { databaseUrl: database.url, limits: { failedAttempts: false } }
  const servers = await Promise.all(Array.from({ length: PROCESSES }, () => startServer('ours.js', config)))
  const others = secretsOf(OTHERS, OTHER_KEYS)
  // Code is compiled by its use, and connections are made: a cold process would queue more than it answers.
  const credentials = inTurn(others.map((secret) => `Bearer ${secret}`))
  for (const { url } of servers) await drive({ url, credentials, durationSeconds: quick ? 0.5 : 3 })

  const watch = { victim: secretAt(VICTIMS, 0), others: new Set(others), unexpected: {} }
  startAfresh(watch)

  const load = sendAtRate({
    urls: servers.map(({ url }) => url),
    perSecond: PER_SECOND,
    // Every fifth is another key; 5 and the number of processes share no factor, so each gets some.
    credentialFor: (n) => (n % 5 === 0 ? others[(n / 5) % OTHER_KEYS] : watch.victim),
    onAnswer: (answer) => note(watch, answer),
  })
  const stopLoad = onCleanup(() => load.stop())
  watch.check = load.check
  const samples = []
  // The first is a rehearsal: it opens the connection that revokes, and code is compiled by its use.
  const rehearsal = await revokeOne(database, watch, 0)
  for (let n = 1; n <= repetitions; n += 1) samples.push(...(await revokeOne(database, watch, n)))
  const perSecond = await stopLoad()
  await Promise.all(servers.map(({ stop }) => stop()))
  return summarise(samples, { repetitions, rehearsal, perSecond, unexpected: watch.unexpected })
}

function startAfresh(watch) {
  watch.last200 = []
  watch.firstRefusal = []
}

/** Late answers to the victim before this one are nobody's any more. */
function note(watch, { credential, at, status, atMs }) {
  const isVictim = credential === watch.victim
  if (isVictim && status === 200) watch.last200[at] = atMs
  else if (isVictim && status === 401) watch.firstRefusal[at] ??= atMs
  else if (status !== 200 && (isVictim || watch.others.has(credential))) {
    watch.unexpected[status] = (watch.unexpected[status] ?? 0) + 1
  }
}

/** Milliseconds from the commit to each process' last 200, and to its first refusal. */
async function revokeOne(database, watch, n) {
  watch.victim = secretAt(VICTIMS, n)
  startAfresh(watch)
  await sleep(WARM_MS)
  await until(5_000, 'A 200 of every process', () => {
    watch.check()
    return watch.last200.filter(Boolean).length === PROCESSES
  })
  const committedAt = await revoke(database, hashOf(watch.victim))
  await until(5_000, 'The refusal by every process', () => {
    watch.check()
    const now = performance.timeOrigin + performance.now()
    const refused = watch.firstRefusal.filter(Boolean).length === PROCESSES
    return refused && watch.last200.every((atMs) => now - atMs > QUIET_MS)
  })
  return watch.last200.map((atMs, at) => ({
    last200Ms: Math.max(0, atMs - committedAt),
    firstRefusalMs: Math.max(0, watch.firstRefusal[at] - committedAt),
  }))
}

/** By plain SQL, as an operator would; the answer is the time of the commit on this process' clock. */
async function revoke(database, keyHash) {
  const offsetMs = await clockOffset(database)
  // Without parameters it is one message: the clock is read right after the commit.
  const [, { rowCount }, , { rows }] = await database.query(
    `BEGIN; UPDATE api_keys SET revoked_at = now() WHERE key_hash = '${keyHash}'; COMMIT;
     SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms`,
  )
  if (rowCount !== 1) throw new Error('There was no key to revoke.')
  return Number(rows[0].ms) - offsetMs
}

/** How far the database's clock is ahead of this process', by the quickest of a few answers. */
async function clockOffset(database) {
  let best = { tookMs: Number.POSITIVE_INFINITY, offsetMs: 0 }
  for (let ask = 0; ask < 10; ask += 1) {
    const before = performance.now()
    const { rows } = await database.query('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms')
    const after = performance.now()
    const here = performance.timeOrigin + (before + after) / 2
    if (after - before < best.tookMs) {
      best = { tookMs: after - before, offsetMs: Number(rows[0].ms) - here }
    }
  }
  return best.offsetMs
}

function summarise(samples, facts) {
  const spread = (values) => ({
    p50Ms: percentile(values, 0.5),
    p99Ms: percentile(values, 0.99),
    maxMs: Math.max(...values),
  })
  const last200 = spread(samples.map(({ last200Ms }) => last200Ms))
  const firstRefusal = spread(samples.map(({ firstRefusalMs }) => firstRefusalMs))
  const measured = `${last200.p99Ms.toFixed(1)} ms`
  const what = `revoked → refused in each of ${PROCESSES} processes, p99`
  const targets = [{ what, reach: '≤ 20 ms', measured, met: last200.p99Ms <= 20 }]
  return { ...facts, processes: PROCESSES, last200, firstRefusal, samples, targets }
}

export function printRevocation({ repetitions, processes, perSecond, unexpected, targets, ...spreads }) {
  const row = (title, { p50Ms, p99Ms, maxMs }) => [title, ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(1))]
  printTable(
    `Revocation: ${repetitions} keys, ${processes} processes, ${count(perSecond)} requests/s in all`,
    ['ms after the commit', 'p50', 'p99', 'max'],
    [row('the last 200', spreads.last200), row('the first refusal', spreads.firstRefusal)],
  )
  for (const [status, times] of Object.entries(unexpected)) {
    console.log(`${times} answers with status ${status}: neither 200 nor a refusal of the revoked key.`)
  }
  printTargets(targets)
}
