// Part 2: what one call costs, without sockets. Batches of the tasks take turns.
import { hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { apiKeyAuth, createKeyring } from '../../dist/index.js'
import { secretAt } from '../secrets.js'
import { median, percentile } from '../statistics.js'
import { config, report } from './report.js'
import { makeExchange } from './requests.js'
import { authenticateAll, openKeyring } from './warm-keyring.js'

const { databaseUrl, family, keys, rounds, batch } = config
const secretOf = (n) => secretAt(family, n)
const malformed = (n) => `${secretOf(n).slice(0, -6)}000000`

const keyring = await openKeyring({ databaseUrl }, secretOf(0))
await authenticateAll(keyring, secretOf, 0, keys)
const middleware = apiKeyAuth({ keyring })
// These requests have no address, so what is refused would spend the failed attempts of all of them.
const refusing = apiKeyAuth({
  keyring: createKeyring({ databaseUrl, limits: { failedAttempts: false } }),
})
const secrets = Array.from({ length: keys }, (_, n) => secretOf(n))
const map = new Map(secrets.map((secret) => [hash('sha256', secret, 'hex'), { secret }]))

const exchanges = (credential, options) => (from) =>
  Array.from({ length: batch }, (_, n) => makeExchange(`Bearer ${credential((from + n) % keys)}`, options))

/** Runs a middleware; the answer is how many it let through at once. */
const through = (guard) => (list) => {
  let passed = 0
  const next = () => {
    passed += 1
  }
  for (const { req, res } of list) guard(req, res, next)
  return passed
}
const throughMiddleware = through(middleware)

function throughFloor(list) {
  let found = 0
  for (const secret of list) {
    if (map.get(hash('sha256', secret, 'hex')) !== undefined) found += 1
  }
  return found
}

const tasks = {
  floor: {
    make: (from) =>
      Array.from({ length: batch }, (_, n) => Buffer.from(secrets[(from + n) % keys]).toString('latin1')),
    run: throughFloor,
    passes: batch,
  },
  warm: { make: exchanges(secretOf, { headersRead: true }), run: throughMiddleware, passes: batch },
  warmReadsHeaders: {
    make: exchanges(secretOf, { headersRead: false }),
    run: throughMiddleware,
    passes: batch,
  },
  warmInExpress: {
    make: exchanges(secretOf, { headersRead: true, inExpress: true }),
    run: throughMiddleware,
    passes: batch,
  },
  malformed: { make: exchanges(malformed, { headersRead: true }), run: through(refusing), passes: 0 },
}

const inOrder = Object.entries(tasks)
const nanos = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]))
for (let round = 0; round < rounds; round += 1) {
  for (let place = 0; place < inOrder.length; place += 1) {
    // Each round begins with another, so that nobody always follows the same neighbour.
    const [name, { make, run, passes }] = inOrder[(place + round) % inOrder.length]
    const list = make(round * batch)
    // Heartbeats get their turn between the batches.
    await nextTurn()
    const began = process.hrtime.bigint()
    const passed = run(list)
    nanos[name].push(Number(process.hrtime.bigint() - began) / batch)
    if (passed !== passes) throw new Error(`${name}: ${passed} of ${batch} passed at once, not ${passes}.`)
  }
}

report(
  Object.fromEntries(
    Object.entries(nanos).map(([name, values]) => [
      name,
      { medianNs: median(values), p10Ns: percentile(values, 0.1), p90Ns: percentile(values, 0.9) },
    ]),
  ),
)
