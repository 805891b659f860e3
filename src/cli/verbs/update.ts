import { usageFailure } from '../failure.js'
import {
  expiry,
  idPositional,
  jsonFlag,
  limit,
  network,
  scope,
  tenantFlag,
  text,
  wholeNumber,
} from '../flags.js'
import { type Flag, type Given, optionalFlag, repeatedFlag, switchFlag } from '../given.js'
import { printApiKey } from '../print-api-key.js'
import { defineVerb } from '../verb.js'
import { actor, withKeyring } from '../with-keyring.js'

const LAST_VERSION = 2_147_483_647

const nameFlag = optionalFlag('--name <text>', 'its new name', text)
const scopeFlag = repeatedFlag('--scope <scope...>', 'all that it may do from now on', scope)
const noScopesFlag = switchFlag('--without-scopes', 'it passes no guard any more')
const limitFlag = repeatedFlag('--limits <limit...>', 'all of its limits from now on', limit)
const noLimitsFlag = switchFlag('--without-limits', 'only those that the application gives all keys')
const allowFlag = repeatedFlag(
  '--allow-from <network...>',
  'from where alone it may be used from now on',
  network,
)
const everywhereFlag = switchFlag('--allow-everywhere', 'from everywhere')
const expiresFlag = optionalFlag('--expires <when>', 'its new end: 90d, 12h, a date, or "never"', expiry)
const versionFlag = optionalFlag(
  '--if-version <number>',
  'only if its record is still of this version',
  wholeNumber(LAST_VERSION),
)

export const update = defineVerb({
  name: 'update',
  summary: 'change the name, the scopes, the limits, the networks or the end of a key',
  positionals: [idPositional],
  flags: [
    ...[tenantFlag, nameFlag, scopeFlag, noScopesFlag, limitFlag, noLimitsFlag, allowFlag, everywhereFlag],
    ...[expiresFlag, versionFlag, jsonFlag],
  ],
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
  const changes = {
    name: nameFlag.read(given),
    scopes: either(given, scopeFlag, noScopesFlag, []),
    limits: either(given, limitFlag, noLimitsFlag, null),
    allowedCidrs: either(given, allowFlag, everywhereFlag, null),
    expiresAt: expiresFlag.read(given)?.at,
  }
  if (Object.values(changes).every((value) => value === undefined)) {
    throw usageFailure('Nothing to change: give --name, --scope, --limits, --allow-from or --expires.')
  }
  const { name, scopes, limits, allowedCidrs, expiresAt } = changes
  return {
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(limits === undefined ? {} : { limits }),
    ...(allowedCidrs === undefined ? {} : { allowedCidrs }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

/** What a flag lists, or nothing by the switch that says so. */
function either<T, None>(
  given: Given,
  list: Flag<readonly T[] | undefined>,
  none: Flag<boolean>,
  nothing: None,
): readonly T[] | None | undefined {
  const listed = list.read(given)
  if (!none.read(given)) return listed
  if (listed !== undefined) {
    throw usageFailure(`${list.option.long} and ${none.option.long} exclude each other.`)
  }
  return nothing
}
