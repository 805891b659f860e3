// Part 3: what a cached key weighs. Nothing but the cache may hold on to what a request brought.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { secretAt } from '../secrets.js'
import { config, report } from './report.js'
import { authenticateAll, openKeyring } from './warm-keyring.js'

const { databaseUrl, family, keys, warmUpKeys } = config
const secretOf = (n) => secretAt(family, n)

async function used() {
  // What waits to be written as a use is no part of the cache: to read usage writes it.
  const { apiKey } = await keyring.authenticate(secretOf(0))
  const key = { tenantId: apiKey.tenantId, id: apiKey.id }
  await keyring.usage(key)
  // Prisma keeps hold of its last hundred transactions, and of what they wrote.
  for (let n = 0; n < 200; n += 1) await keyring.get(key)
  for (let turn = 0; turn < 5; turn += 1) {
    globalThis.gc()
    await nextTurn()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const options = {
  databaseUrl,
  cache: { maxKeys: warmUpKeys + keys },
  lastUsedResolutionMs: 3_600_000,
}
const keyring = await openKeyring(options, secretOf(0))
// Compiled code, plans and pools are there before the first weighing.
await authenticateAll(keyring, secretOf, 0, warmUpKeys)
const before = { bytes: await used(), keys: (await keyring.health()).cachedKeys }
await authenticateAll(keyring, secretOf, warmUpKeys, warmUpKeys + keys)
const after = { bytes: await used(), keys: (await keyring.health()).cachedKeys }

const cached = after.keys - before.keys
report({
  cachedKeys: cached,
  bytesPerKey: (after.bytes - before.bytes) / cached,
})
