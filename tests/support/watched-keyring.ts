import { setTimeout as sleep } from 'node:timers/promises'
import type { Keyring, KeyringHealth } from 'express-api-keys'

/** `passed`, or the code of the refusal. */
export function outcomeOf(keyring: Keyring, secret: string): Promise<string> {
  return keyring.authenticate(secret).then(
    () => 'passed',
    ({ code }) => code,
  )
}

/** Asks until the key is refused as one that does not live; how long that took, in milliseconds. */
export async function refusedAfterMs(keyring: Keyring, secret: string, limitMs: number): Promise<number> {
  const start = Date.now()
  while (Date.now() - start < limitMs) {
    if ((await outcomeOf(keyring, secret)) === 'invalid_api_key') return Date.now() - start
    await sleep(5)
  }
  return Number.POSITIVE_INFINITY
}

/** Keeps asking, as traffic does, until the keyring fares like this; then how it fares, or after 10 s in vain. */
export async function untilHealth(
  keyring: Keyring,
  secret: string,
  wanted: Partial<KeyringHealth>,
): Promise<KeyringHealth> {
  const end = Date.now() + 10_000
  for (;;) {
    await outcomeOf(keyring, secret)
    const health = await keyring.health()
    const isAsWanted = Object.entries(wanted).every(([name, value]) => Object(health)[name] === value)
    if (isAsWanted || Date.now() > end) return health
    await sleep(50)
  }
}
