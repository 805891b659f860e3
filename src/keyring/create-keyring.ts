import { systemClock } from '../clock.js'
import { createCoherence } from '../coherence/create-coherence.js'
import { createUncached } from '../coherence/uncached.js'
import { Refusal } from '../errors.js'
import { contained } from '../events.js'
import { secretFormat } from '../key/secret.js'
import { createClientEpoch } from '../store/client-epoch.js'
import { createEpochListener } from '../store/epoch-listener.js'
import { createKeyStore } from '../store/key-store.js'
import { createLoadKeys } from '../store/load-keys.js'
import { answeringEarly, createTransactions } from '../store/transaction.js'
import { createUsageWriter } from '../store/usage.js'
import { createUsageRecorder } from '../usage/recorder.js'
import { createAuthenticate } from './authenticate.js'
import { chooseDatabase } from './choose-client.js'
import { createGet } from './get.js'
import { requireInput } from './input.js'
import { createIssue } from './issue.js'
import { authenticateNow, type Keyring } from './keyring.js'
import { createList } from './list.js'
import { type KeyringOptions, parseKeyringOptions } from './options.js'
import { createRevoke } from './revoke.js'
import { warnOnce } from './warn-once.js'

const USAGE_FLUSH_MS = 5_000

/** Builds a keyring; connects on first use. Throws `invalid_option`, naming the option. */
export function createKeyring(options: KeyringOptions = {}): Keyring {
  const { prefix, queryTimeoutMs, lastUsedResolutionMs, cache } = parseKeyringOptions(options)
  const { client, databaseUrl, schema, disconnect, ...database } = chooseDatabase(options, queryTimeoutMs)
  const observe = options.onEvent === undefined ? warnOnce() : contained(options.onEvent)
  const clock = systemClock
  const format = secretFormat(prefix)
  const inTransaction = createTransactions(client, queryTimeoutMs)
  const store = createKeyStore(client, queryTimeoutMs)
  const now = clock.wallMs

  const limitMs = queryTimeoutMs
  const reading = answeringEarly(inTransaction)
  const loadMany = database.loadKeys ?? createLoadKeys({ client, inTransaction: reading, schema, limitMs })
  const loading = { loadMany, clock, budgetMs: queryTimeoutMs }
  const coherence =
    cache === false
      ? createUncached(loading)
      : createCoherence({
          ...loading,
          cache,
          observe,
          client: createClientEpoch({ client, inTransaction: reading, schema, limitMs }),
          listen: databaseUrl === undefined ? null : createEpochListener(databaseUrl, schema),
        })
  const usage = createUsageRecorder({
    observe,
    write: createUsageWriter(client, schema, queryTimeoutMs),
    resolutionMs: lastUsedResolutionMs,
    flushMs: USAGE_FLUSH_MS,
  })
  const authenticate = createAuthenticate({ format, find: coherence.find, touch: usage.touch })

  let closed: Promise<void> | undefined
  function refuseWhenClosed(): void {
    if (closed !== undefined) throw new Refusal('keyring_closed')
  }
  const whileOpen = <Input, Output>(verb: (input: Input) => Promise<Output>) => {
    return async (input: Input): Promise<Output> => {
      refuseWhenClosed()
      requireInput(input)
      return verb(input)
    }
  }
  const authenticateWhileOpen = (secret: string) => {
    refuseWhenClosed()
    coherence.start()
    return authenticate(secret)
  }
  async function close(): Promise<void> {
    await coherence.close()
    await usage.close()
    await disconnect()
  }

  const keyring: Keyring = {
    issue: whileOpen(createIssue({ format, store, now })),
    authenticate: async (secret: string) => authenticateWhileOpen(secret),
    revoke: whileOpen(createRevoke({ store, now })),
    list: whileOpen(createList({ store })),
    get: whileOpen(createGet({ store })),
    findSecretIn: format.findIn,
    health: async () => {
      // A probe of readiness often comes before the first request.
      if (closed === undefined) coherence.start()
      return { database: await store.ping(), ...coherence.health() }
    },
    observe: options.onEvent === undefined ? undefined : observe,
    close: () => {
      closed ??= close()
      return closed
    },
  }
  // Not enumerable: a copy that a host wraps must not keep this beside its own `authenticate`.
  Object.defineProperty(keyring, authenticateNow, { value: authenticateWhileOpen })
  return Object.freeze(keyring)
}
