// Part 3: memory while distinct, well-formed keys that do not exist pass.
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../dist/store/generated/client.js'
import { secretAt } from '../secrets.js'
import { config, report } from './report.js'
import { openKeyring } from './warm-keyring.js'

const { databaseUrl, family, junkKeys, limitMs } = config
const AT_ONCE = 1_000
const SAMPLES = 50

const adapter = new PrismaPg({ connectionString: databaseUrl })
const prisma = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] })
let queries = 0
prisma.$on('query', ({ query }) => {
  if (query.includes('"api_keys"')) queries += 1
})

const keyring = await openKeyring({ prisma, databaseUrl }, secretAt(family, 0))
const began = performance.now()
const samples = []
const refusals = {}
queries = 0

const sample = (passed) => {
  const { rss, heapUsed } = process.memoryUsage()
  samples.push({ passed, rss, heapUsed })
}

async function present(n) {
  const code = await keyring.authenticate(secretAt('junk', n)).then(
    () => 'accepted',
    (error) => error.code,
  )
  refusals[code] = (refusals[code] ?? 0) + 1
}

let passed = 0
while (passed < junkKeys && performance.now() - began < limitMs) {
  await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => present(passed + n)))
  passed += AT_ONCE
  if (passed % (junkKeys / SAMPLES) < AT_ONCE) sample(passed)
}
const tookSeconds = (performance.now() - began) / 1_000
const { cachedKeys } = await keyring.health()
globalThis.gc()
report({
  passed,
  tookSeconds,
  queries,
  refusals,
  samples,
  cachedKeys,
  heapAfterGc: process.memoryUsage().heapUsed,
})
