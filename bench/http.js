import { createBetterAuthDatabase } from './better-auth/database.js'
import { drive, inTurn } from './load.js'
import { startServer } from './processes.js'
import { secretsOf } from './secrets.js'
import { seedKeys } from './seed.js'
import { median } from './statistics.js'
import { count, printTable, printTargets, short, times } from './table.js'
import { signToken } from './tokens.js'

export const HTTP_KEYS = 1_000
// Far more than the cache of "every request a miss" holds: a key is gone long before its turn comes again.
const MANY_KEYS = 20_000
const SMALL_CACHE = { maxKeys: 1_000 }

/** The servers of the comparison, and what they are sent. */
function contestants(ours, betterAuth) {
  const bearers = (values) => values.map((value) => `Bearer ${value}`)
  const few = bearers(secretsOf('http', HTTP_KEYS))
  const many = bearers(secretsOf('http', MANY_KEYS))
  const tokens = bearers(few.map((_, n) => signToken(`user${n}`, `tenant${n}`)))
  const { url: databaseUrl } = ours
  const redisUrl = process.env.REDIS_URL
  return [
    { id: 'bare', title: 'Express 5 alone', file: 'bare.js', send: few },
    { id: 'noOp', title: 'no-op middleware', file: 'no-op.js', send: few },
    { id: 'warm', title: 'ours, warm', file: 'ours.js', send: few },
    {
      id: 'miss',
      title: 'ours, every request a miss',
      file: 'ours.js',
      config: { cache: SMALL_CACHE },
      send: many,
    },
    {
      id: 'uncached',
      title: 'ours, cache: false',
      file: 'ours.js',
      config: { cache: false },
      send: few,
    },
    {
      id: 'limited',
      title: 'ours, warm, a limit in memory',
      file: 'ours.js',
      config: { limits: { perKey: ['1000000/s'] } },
      send: few,
    },
    {
      id: 'expressRateLimit',
      title: 'ours, warm, with express-rate-limit',
      file: 'express-rate-limit.js',
      send: few,
    },
    ...(redisUrl === undefined
      ? []
      : [
          {
            id: 'limitedInRedis',
            title: 'ours, warm, a limit in Redis',
            file: 'redis-limited.js',
            config: { redisUrl },
            send: few,
          },
        ]),
    { id: 'pg', title: 'hand-written, pg prepared join', file: 'hand-written-pg.js', send: few },
    { id: 'prisma', title: 'hand-written, Prisma', file: 'hand-written-prisma.js', send: few },
    {
      id: 'prismaLastUsed',
      title: 'hand-written, Prisma + last_used_at',
      file: 'hand-written-prisma.js',
      config: { lastUsed: true },
      send: few,
    },
    { id: 'passport', title: 'passport-http-bearer + Prisma', file: 'passport.js', send: few },
    { id: 'jwt', title: 'express-oauth2-jwt-bearer, HS256', file: 'jwt.js', send: tokens },
    {
      id: 'betterAuth',
      title: '@better-auth/api-key + Prisma',
      file: 'better-auth.js',
      config: { databaseUrl: betterAuth.url },
      send: few,
    },
  ].map((contestant) => ({ ...contestant, config: { databaseUrl, ...contestant.config } }))
}

/** Part 1. @param {import('./database.js').Database} database */
export async function measureHttp(database, { quick }) {
  const rounds = quick ? 3 : 9
  const [warmUpSeconds, durationSeconds] = quick ? [0.05, 0.35] : [0.3, 2]
  const [betterAuth] = await Promise.all([
    createBetterAuthDatabase(secretsOf('http', HTTP_KEYS)),
    seedKeys(database, 'http', MANY_KEYS),
  ])
  const entries = await startAll(contestants(database, betterAuth))

  // Code is compiled by its use: without this, the first rounds would measure that.
  for (const { server, credentials } of entries) {
    await drive({ url: server.url, credentials, durationSeconds: quick ? 0.4 : 3 })
  }
  for (let round = 0; round < rounds; round += 1) {
    // Each round begins with another, so that nobody always follows the same neighbour.
    for (let place = 0; place < entries.length; place += 1) {
      const entry = entries[(place + round) % entries.length]
      entry.rounds.push(await measureRound(entry, { warmUpSeconds, durationSeconds }))
    }
  }

  await Promise.all(entries.map(({ server }) => server.stop()))
  await betterAuth.drop()
  return summarise(entries)
}

async function startAll(list) {
  return Promise.all(
    list.map(async (contestant) => ({
      ...contestant,
      server: await startServer(contestant.file, contestant.config),
      credentials: inTurn(contestant.send),
      rounds: [],
    })),
  )
}

async function measureRound({ server, credentials }, { warmUpSeconds, durationSeconds }) {
  // Wakes pools that idled while the others had their turn.
  await drive({ url: server.url, credentials, durationSeconds: warmUpSeconds })
  const cpuBefore = await server.cpuMicros()
  const { requests, perSecond, failed } = await drive({ url: server.url, credentials, durationSeconds })
  const cpuMicros = ((await server.cpuMicros()) - cpuBefore) / requests
  return { perSecond, cpuMicros, failed }
}

function summarise(entries) {
  const roundsOf = new Map(entries.map(({ id, rounds }) => [id, rounds]))
  /** Round against round, for what disturbed one disturbed its neighbour. */
  const ratio = (id, to) =>
    median(roundsOf.get(id).map(({ perSecond }, round) => perSecond / roundsOf.get(to)[round].perSecond))
  const servers = entries.map(({ id, title, rounds }) => ({
    id,
    title,
    toNoOp: ratio(id, 'noOp'),
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuMicros: median(rounds.map(({ cpuMicros }) => cpuMicros)),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  }))
  const target = (what, id, to, least) => {
    const measured = ratio(id, to)
    return { what, reach: `≥ ${times(least)}`, measured: times(measured), met: measured >= least }
  }
  const targets = [
    target('warm, against the no-op middleware', 'warm', 'noOp', 0.95),
    target('warm, against express-oauth2-jwt-bearer', 'warm', 'jwt', 1.6),
    target('warm, against @better-auth/api-key', 'warm', 'betterAuth', 15),
    target('warm, against hand-written Prisma', 'warm', 'prisma', 7),
    target('warm, a limit in memory, against no limit', 'limited', 'warm', 0.9),
    target('every request a miss, against hand-written Prisma', 'miss', 'prisma', 4),
    target('every request a miss, against the pg prepared join', 'miss', 'pg', 1),
  ]
  return { servers, targets, failed: servers.reduce((sum, { failed }) => sum + failed, 0) }
}

export function printHttp({ servers, targets }) {
  printTable(
    'HTTP: medians of interleaved rounds; CPU is that of the server process',
    ['', 'to no-op', 'requests/s', 'CPU µs/request', 'failed'],
    servers.map(({ title, toNoOp, perSecond, cpuMicros, failed }) => [
      title,
      times(toNoOp),
      count(perSecond),
      short(cpuMicros),
      failed,
    ]),
  )
  printTargets(targets)
}
