import { createMemoryKeyring } from 'express-api-keys/testing'
import { afterAll } from 'vitest'
import { skip } from './skip.js'

const opened = []
afterAll(() => Promise.all(opened.splice(0).map((keyring) => keyring.close())))

/** The keyring that applications test with, in the place of one on PostgreSQL. */
export function openKeyring({ databaseUrl, queryTimeoutMs, ...options }) {
  const known = ['prefix', 'imported', 'limits', 'onEvent']
  if (Object.keys(options).some((option) => !known.includes(option))) skip()
  const keyring = createMemoryKeyring({ onEvent: () => {}, ...options })
  opened.push(keyring)
  return keyring
}

export function noteSecret() {}
