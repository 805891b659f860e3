import { idPositional, jsonFlag, tenantFlag, text } from '../flags.js'
import { optionalFlag, switchFlag } from '../given.js'
import { printApiKey } from '../print-api-key.js'
import { defineVerb } from '../verb.js'
import { actor, withKeyring } from '../with-keyring.js'

const reasonFlag = optionalFlag('--reason <text>', 'why, for the record', text)
const familyFlag = switchFlag('--family', 'also every key that it was rotated from or to')

export const revoke = defineVerb({
  name: 'revoke',
  summary: 'end a key for ever',
  details: 'Nobody can undo it. Revoking a key again changes nothing, and is no failure.',
  positionals: [idPositional],
  flags: [tenantFlag, reasonFlag, familyFlag, jsonFlag],
  examples: [
    'revoke "$ID" --tenant "$TENANT"',
    'revoke "$ID" --tenant "$TENANT" --family --reason "pushed to a public repository"',
  ],
  parse: (given) => ({
    key: { tenantId: tenantFlag.read(given), id: idPositional.read(given) },
    reason: reasonFlag.read(given),
    family: familyFlag.read(given),
    asJson: jsonFlag.read(given),
  }),
  run: ({ key, reason, family, asJson }, shell) =>
    withKeyring(shell, {}, async (keyring) => {
      const apiKey = await keyring.revoke({
        ...key,
        family,
        actor,
        ...(reason === undefined ? {} : { reason }),
      })
      await printApiKey(apiKey, asJson, shell)
      if (family && !asJson) await shell.note('Every key that it was rotated from or to is revoked too.')
    }),
})
