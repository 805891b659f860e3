import { systemClock } from '../clock.js'
import { createCoherence } from '../coherence/create-coherence.js'
import { createUncached } from '../coherence/uncached.js'
import { contained } from '../events.js'
import type { Host } from '../key/host.js'
import { withImported } from '../key/imported-secret.js'
import type { LoadKeys } from '../key/loaded-keys.js'
import { ownKeys } from '../key/own-keys.js'
import { secretFormat } from '../key/secret.js'
import { sayOnStandardError } from '../say.js'
import { createClientEpoch } from '../store/client-epoch.js'
import { createEpochListener } from '../store/epoch-listener.js'
import { createKeyTransactions, type InKeyTransaction } from '../store/key-transaction.js'
import { createLoadKeys } from '../store/load-keys.js'
import { createTableProof } from '../store/table-proof.js'
import { answeringEarly, createTransactions } from '../store/transaction.js'
import { createFindUnknownScopes } from '../store/unknown-scopes.js'
import { createUsageWriter } from '../store/usage.js'
import { createUsageRecorder } from '../usage/recorder.js'
import type { Admit } from './admission.js'
import { createAdmit, createFindFresh } from './authenticate.js'
import { chooseDatabase } from './choose-database.js'
import { closeOnce } from './close-once.js'
import { createLimits } from './create-limits.js'
import { createVerbs } from './create-verbs.js'
import { closedHealth, healthOf } from './health.js'
import type { Keyring } from './keyring.js'
import { type AnyKeyringOptions, parseKeyringOptions } from './options.js'
import { tellUnknownScopes } from './tell-unknown-scopes.js'
import { toKeyring } from './to-keyring.js'
import { warnOfTrouble } from './warn-of-trouble.js'

const USAGE_FLUSH_MS = 5_000

/** Wires a keyring; connects on first use. */
export function assemble(options: AnyKeyringOptions): Keyring<Host> {
  const { columns, prefix, imported, queryTimeoutMs, lastUsedResolutionMs, cache, limits, scopes } =
    parseKeyringOptions(options)
  const { client, databaseUrl, schema, prepare, disconnect, ...database } = chooseDatabase(
    options,
    queryTimeoutMs,
  )
  const observe =
    options.onEvent === undefined ? warnOfTrouble(sayOnStandardError) : contained(options.onEvent)
  const clock = systemClock
  const format = withImported(secretFormat(prefix), imported)
  const proveTable = createTableProof(schema, queryTimeoutMs)
  const reading = answeringEarly(createTransactions(client, queryTimeoutMs))
  const load =
    database.loadKeys ??
    createLoadKeys({ client, columns, inTransaction: reading, proveTable, queryTimeoutMs })
  const loading = { loadKeys: load, clock, queryTimeoutMs }
  const coherence =
    cache === false
      ? createUncached(loading)
      : createCoherence({
          ...loading,
          cache,
          observe: tellUnknownScopes(scopes, createFindUnknownScopes(reading, schema), observe),
          client: createClientEpoch({ client, inTransaction: reading, schema, queryTimeoutMs }),
          listen: databaseUrl === undefined ? null : createEpochListener(databaseUrl, schema),
        })
  const usage = createUsageRecorder({
    observe,
    write: createUsageWriter(client, schema, queryTimeoutMs),
    resolutionMs: lastUsedResolutionMs,
    flushMs: USAGE_FLUSH_MS,
  })
  const limiting = createLimits(limits, { client, schema, queryTimeoutMs, clock, observe })
  const { limiter, failedAttempts } = limiting
  const admitting = { format, failedAttempts, limiter, usage }
  const admitKept = createAdmit({ ...admitting, find: coherence.find, findKept: coherence.findKept })
  const begin = createKeyTransactions({
    client,
    schema,
    columns,
    proveTable,
    queryTimeoutMs,
    onChanged: coherence.forget,
  })

  const { isClosed, refuseWhenClosed, close } = closeOnce(async () => {
    await coherence.close()
    await limiting.close()
    await usage.close()
    await disconnect()
  })
  const inTransaction: InKeyTransaction = async (...work) => {
    refuseWhenClosed()
    // Where it fails, the first query tells why.
    await prepare().catch(() => {})
    return begin(...work)
  }
  const loadKeys: LoadKeys = async (keyHashes) => {
    refuseWhenClosed()
    return load(keyHashes)
  }
  const admit: Admit = (...asked) => {
    refuseWhenClosed()
    coherence.start()
    return admitKept(...asked)
  }
  const admitFresh = createAdmit({ ...admitting, find: createFindFresh(loadKeys) })
  return toKeyring({
    ...{ prefix, imported, admit, admitFresh, close },
    ...createVerbs({
      ...{ format, inTransaction, scopes, limiter },
      defaultLimits: limits.perKey,
      own: ownKeys(prefix, imported),
      flush: usage.flush,
    }),
    findSecretIn: format.findIn,
    health: async () => {
      if (isClosed()) return closedHealth
      // A probe of readiness often comes before the first request.
      coherence.start()
      const failure = await coherence.ask().then(
        () => null,
        (error: unknown) => error,
      )
      return healthOf(failure, coherence.health())
    },
    observe: options.onEvent === undefined ? undefined : observe,
  })
}
