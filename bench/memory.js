import { runWorker } from './processes.js'
import { seedKeys } from './seed.js'
import { median, slope } from './statistics.js'
import { count, mebibytes, printTable, printTargets } from './table.js'
import { minutes, seconds } from './time.js'

const FAMILY = 'memory'
const WARM_UP_KEYS = 2_000
// Unknown keys weigh nothing that grows: a run through 5 million may not cost more than noise.
const FLAT_BYTES_PER_MILLION = 4 * 2 ** 20

/** Part 3. @param {import('./database.js').Database} database */
export async function measureMemory({ url: databaseUrl, ...database }, { quick }) {
  const keys = quick ? 10_000 : 100_000
  const junkKeys = quick ? 100_000 : 5_000_000
  await seedKeys(database, FAMILY, WARM_UP_KEYS + keys, { usedNow: true })
  const perKeyConfig = { databaseUrl, family: FAMILY, keys, warmUpKeys: WARM_UP_KEYS }
  const junkConfig = { databaseUrl, family: FAMILY, junkKeys, limitMs: quick ? seconds(15) : minutes(15) }
  // Both at once: only time is lost by sharing the processor, and time is not what is measured.
  const [perKey, junkFound] = await Promise.all([
    runWorker('memory-per-key.js', perKeyConfig, minutes(5)),
    runWorker('junk.js', junkConfig, junkConfig.limitMs + minutes(1)),
  ])
  const junk = flatness(junkFound)
  const targets = [
    {
      what: 'a cached key',
      reach: '≤ 1,024 bytes',
      measured: `${count(perKey.bytesPerKey)} bytes`,
      met: perKey.bytesPerKey <= 1_024,
    },
    {
      what: 'RSS under distinct unknown keys',
      reach: `≤ ${mebibytes(FLAT_BYTES_PER_MILLION)} a million`,
      measured: `${mebibytes(junk.rssSlopePerMillion)} a million`,
      met: junk.rssSlopePerMillion <= FLAT_BYTES_PER_MILLION,
    },
  ]
  // So few weigh less than what one process more or less has of its own.
  return { perKey, junk, targets: quick ? [] : targets }
}

/** The first fifth fills pools, the bounded lists and the heap; what counts is what follows. */
function flatness({ samples, ...junk }) {
  const settled = samples.filter(({ passed }) => passed > junk.passed / 5)
  const edge = Math.ceil(settled.length / 8)
  const medianRss = (list) => median(list.map(({ rss }) => rss))
  return {
    ...junk,
    rssEarly: medianRss(settled.slice(0, edge)),
    rssLate: medianRss(settled.slice(-edge)),
    rssMost: Math.max(...samples.map(({ rss }) => rss)),
    rssSlopePerMillion: slope(settled.map(({ passed, rss }) => [passed / 1e6, rss])),
    samples,
  }
}

export function printMemory({ perKey, junk, targets }) {
  printTable(
    'Memory: a cached key',
    ['', 'bytes'],
    [[`at ${count(perKey.cachedKeys)} keys`, count(perKey.bytesPerKey)]],
  )
  const refusals = Object.entries(junk.refusals).map(([code, times]) => [code, count(times)])
  printTable(
    `Memory: ${count(junk.passed)} distinct well-formed unknown keys`,
    ['', 'measured'],
    [
      ...refusals,
      ['queries', count(junk.queries)],
      ['seconds', count(junk.tookSeconds)],
      ['RSS after a fifth', mebibytes(junk.rssEarly)],
      ['RSS at the end', mebibytes(junk.rssLate)],
      ['RSS at most', mebibytes(junk.rssMost)],
      ['cached keys', junk.cachedKeys],
    ],
  )
  printTargets(targets)
}
