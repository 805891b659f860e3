import { usageFailure } from '../failure.js'
import { expiry, idPositional, jsonFlag, scope, tenantFlag, text, wholeNumber } from '../flags.js'
import { type Given, optionalFlag, repeatedFlag, switchFlag } from '../given.js'
import { printApiKey } from '../print-api-key.js'
import { defineVerb } from '../verb.js'
import { actor, withKeyring } from '../with-keyring.js'

const LAST_VERSION = 2_147_483_647

const nameFlag = optionalFlag('--name <text>', 'its new name', text)
const scopeFlag = repeatedFlag('--scope <scope...>', 'all that it may do from now on', scope)
const noScopesFlag = switchFlag('--without-scopes', 'it passes no guard any more')
const expiresFlag = optionalFlag('--expires <when>', 'its new end: 90d, 12h, a date, or "never"', expiry)
const versionFlag = optionalFlag(
  '--if-version <number>',
  'only if its record is still of this version',
  wholeNumber(LAST_VERSION),
)

export const update = defineVerb({
  name: 'update',
  summary: 'change the name, the scopes or the end of a key',
  positionals: [idPositional],
  flags: [tenantFlag, nameFlag, scopeFlag, noScopesFlag, expiresFlag, versionFlag, jsonFlag],
  examples: [
    'update "$ID" --tenant "$TENANT" --scope orders:read',
    'update "$ID" --tenant "$TENANT" --expires 30d --if-version 4',
  ],
  parse: (given) => ({
    key: { tenantId: tenantFlag.read(given), id: idPositional.read(given) },
    changes: readChanges(given),
    ifVersion: versionFlag.read(given),
    asJson: jsonFlag.read(given),
  }),
  run: ({ key, changes, ifVersion, asJson }, shell) =>
    withKeyring(shell, {}, async (keyring) => {
      const condition = ifVersion === undefined ? {} : { ifVersion }
      const apiKey = await keyring.update({ ...key, ...changes, ...condition, actor })
      await printApiKey(apiKey, asJson, shell)
    }),
})

function readChanges(given: Given) {
  const name = nameFlag.read(given)
  const scopes = noScopesFlag.read(given) ? [] : scopeFlag.read(given)
  const expires = expiresFlag.read(given)
  if (noScopesFlag.read(given) && scopeFlag.read(given) !== undefined) {
    throw usageFailure('--scope and --without-scopes exclude each other.')
  }
  if (name === undefined && scopes === undefined && expires === undefined) {
    throw usageFailure('Nothing to change: give --name, --scope, --without-scopes or --expires.')
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(expires === undefined ? {} : { expiresAt: expires.at }),
  }
}
