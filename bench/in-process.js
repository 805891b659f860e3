import { runWorker } from './processes.js'
import { seedKeys } from './seed.js'
import { count, printTable, printTargets, times } from './table.js'
import { minutes } from './time.js'

const KEYS = 1_000
const FAMILY = 'in-process'

const titles = {
  floor: 'floor: SHA-256 (crypto.hash) + Map.get',
  warm: 'apiKeyAuth, warm',
  warmReadsHeaders: 'apiKeyAuth, warm, the first to read req.headers',
  warmInExpress: 'apiKeyAuth, warm, on a request that Express took over',
  malformed: 'apiKeyAuth, a malformed key, refused with 401',
}

/** Part 2. @param {import('./database.js').Database} database */
export async function measureInProcess({ url: databaseUrl, ...database }, { quick }) {
  await seedKeys(database, FAMILY, KEYS)
  // Small batches: a request is used while it is still in the processor's cache.
  const config = { databaseUrl, family: FAMILY, keys: KEYS, rounds: quick ? 250 : 4_000, batch: 100 }
  const tasks = await runWorker('in-process.js', config, minutes(3))
  const nanos = tasks.warm.medianNs
  const floors = nanos / tasks.floor.medianNs
  const targets = [
    { what: 'warm, against the floor', reach: '≤ 2.50×', measured: times(floors), met: floors <= 2.5 },
    { what: 'warm', reach: '≤ 5,000 ns', measured: `${count(nanos)} ns`, met: nanos <= 5_000 },
  ]
  return { tasks, targets }
}

export function printInProcess({ tasks, targets }) {
  printTable(
    'In process: one call, without sockets',
    ['', 'median ns', 'p10', 'p90', 'to floor'],
    Object.entries(tasks).map(([name, { medianNs, p10Ns, p90Ns }]) => [
      titles[name],
      count(medianNs),
      count(p10Ns),
      count(p90Ns),
      times(medianNs / tasks.floor.medianNs),
    ]),
  )
  printTargets(targets)
}
