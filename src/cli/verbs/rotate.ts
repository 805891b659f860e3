import { graceStarts } from '../../key/rotation.js'
import { prefixOfKeyPrefix } from '../../key/secret-shape.js'
import { usageFailure } from '../failure.js'
import {
  duration,
  idPositional,
  jsonFlag,
  oneOf,
  secretFileFlag,
  secretPrefix,
  tenantFlag,
} from '../flags.js'
import { type Given, optionalFlag } from '../given.js'
import { handOver } from '../hand-over.js'
import { openSecretPlace } from '../secret-place.js'
import { defineVerb } from '../verb.js'
import { actor, withKeyring } from '../with-keyring.js'
import { noSuchKey } from './show.js'

const graceFlag = optionalFlag(
  '--grace <time>',
  'the old key lives on for this long (default: not at all)',
  duration,
)
const graceFromFlag = optionalFlag(
  '--grace-from <start>',
  'when the grace begins: now (default), or first-use of the new key',
  oneOf(...graceStarts),
)
const deadlineFlag = optionalFlag(
  '--deadline <time>',
  'with --grace-from first-use: the old key ends by then, used or not (default 7d)',
  duration,
)
const prefixFlag = optionalFlag(
  '--prefix <text>',
  'what the new secret begins with (default: as the old one; of an imported key, ak)',
  secretPrefix,
)

export const rotate = defineVerb({
  name: 'rotate',
  summary: 'make a successor of a key, and end the old one',
  details:
    'The successor has the name, the scopes and the end of the old key. With --grace both work for a while; without, the old key ends at once. The new secret alone goes to standard output.',
  positionals: [idPositional],
  flags: [tenantFlag, graceFlag, graceFromFlag, deadlineFlag, prefixFlag, secretFileFlag, jsonFlag],
  examples: [
    'rotate "$ID" --tenant "$TENANT" --grace 1h --secret-file new.key',
    'rotate "$ID" --tenant "$TENANT" --grace 1h --grace-from first-use --deadline 7d',
    'rotate "$ID" --tenant "$TENANT" | gh secret set API_KEY',
  ],
  parse: (given) => ({
    key: { tenantId: tenantFlag.read(given), id: idPositional.read(given) },
    grace: readGrace(given),
    prefix: prefixFlag.read(given),
    secretFile: secretFileFlag.read(given),
    asJson: jsonFlag.read(given),
  }),
  async run({ key, grace, prefix: asked, secretFile, asJson }, shell) {
    // The successor's secret begins as the old one does, whatever prefix the application has chosen.
    const old = await withKeyring(shell, {}, (keyring) => keyring.get(key))
    if (old === null) throw noSuchKey()
    const prefix = asked ?? prefixOfKeyPrefix(old.keyPrefix) ?? undefined
    await withKeyring(shell, { prefix }, (keyring) =>
      handOver({
        make: () => keyring.rotate({ ...key, ...grace, actor }),
        keyring,
        place: openSecretPlace(secretFile, shell),
        asJson,
        shell,
      }),
    )
  },
})

function readGrace(given: Given) {
  const graceMs = graceFlag.read(given)
  const graceFrom = graceFromFlag.read(given)
  const deadlineMs = deadlineFlag.read(given)
  if (graceFrom === 'first-use' && graceMs === undefined) {
    throw usageFailure('--grace-from first-use needs --grace: say how long the old key lives on from there.')
  }
  if (deadlineMs !== undefined && graceFrom !== 'first-use') {
    throw usageFailure('--deadline goes with --grace-from first-use only.')
  }
  return {
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(graceFrom === undefined ? {} : { graceFrom }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  }
}
