import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { createKeyring, type Keyring, type KeyringOptions } from 'express-api-keys'
import { runFolder } from './run-folder.js'

// Two cores run several databases at once here; what tests time-outs sets its own.
const PATIENT_MS = 10_000

const opened: Keyring[] = []
afterAll(async () => {
  await Promise.all(opened.map((keyring) => keyring.close()))
})

/** A keyring that notes the secrets it issues, for the search at the end of the run, and closes with the file. */
export function openKeyring(options: KeyringOptions): Keyring {
  const keyring = createKeyring({ queryTimeoutMs: PATIENT_MS, ...options })
  opened.push(keyring)
  const issue: Keyring['issue'] = async (input) => {
    const issued = await keyring.issue(input)
    noteSecret(issued.secret)
    return issued
  }
  return { ...keyring, issue }
}

export function noteSecret(secret: string): void {
  appendFileSync(join(runFolder(), 'secrets'), `${secret}\n`)
}
