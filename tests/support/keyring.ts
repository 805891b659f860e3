import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach } from '@jest/globals'
import { createKeyring, type Keyring, type KeyringOptions } from 'express-api-keys'
import { runFolder } from './run-folder.js'

// Two cores run several databases at once here; what tests time-outs sets its own.
const PATIENT_MS = 10_000

const ofTest: Keyring[] = []
const ofFile: Keyring[] = []
const closeAll = async (keyrings: Keyring[]) => {
  await Promise.all(keyrings.splice(0).map((keyring) => keyring.close()))
}
let isInTest = false
beforeEach(() => {
  isInTest = true
})
afterEach(() => {
  isInTest = false
  return closeAll(ofTest)
})
afterAll(() => closeAll(ofFile))

/**
 * A keyring that notes the secrets it issues, for the search at the end of the run. It closes with the test that
 * opened it, or with the file: every keyring holds connections, and servers have few.
 */
export function openKeyring(options: KeyringOptions): Keyring {
  const keyring = createKeyring({ queryTimeoutMs: PATIENT_MS, onEvent: () => {}, ...options })
  const opened = isInTest ? ofTest : ofFile
  opened.push(keyring)
  const { issue, rotate } = keyring
  const noted = { ...keyring, issue: noting(issue), rotate: noting(rotate) }
  // A copy has not what the middlewares of the package go by, and they would do without.
  for (const symbol of Object.getOwnPropertySymbols(keyring)) {
    Object.defineProperty(noted, symbol, Object.getOwnPropertyDescriptor(keyring, symbol) ?? {})
  }
  return noted
}

/** The same verb, with a note of each secret that it returns. */
function noting<Verb extends Keyring['issue'] | Keyring['rotate']>(verb: Verb): Verb {
  return new Proxy(verb, {
    async apply(...call) {
      const made = await Reflect.apply(...call)
      if (made.secret !== null) noteSecret(made.secret)
      return made
    },
  })
}

export function noteSecret(secret: string): void {
  appendFileSync(join(runFolder(), 'secrets'), `${secret}\n`)
}
