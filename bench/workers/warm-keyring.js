import { createKeyring } from '../../dist/index.js'
import { until } from '../time.js'

const AT_ONCE = 500

/** Authenticates every secret of `secretOf(from)` … `secretOf(to - 1)`, many at a time. */
export async function authenticateAll(keyring, secretOf, from, to) {
  for (let next = from; next < to; next += AT_ONCE) {
    const size = Math.min(AT_ONCE, to - next)
    await Promise.all(Array.from({ length: size }, (_, n) => keyring.authenticate(secretOf(next + n))))
  }
}

/** A keyring that answers from its cache, and hears of changes: when it begins to, it starts afresh. */
export async function openKeyring(options, anySecret) {
  const keyring = createKeyring(options)
  await keyring.authenticate(anySecret)
  await until(5_000, 'A cache that follows announcements', async () => {
    const { lease, feed, epoch } = await keyring.health()
    return lease === 'fresh' && feed === 'notify' && epoch !== null
  })
  return keyring
}
