import { CliFailure } from '../failure.js'
import { idPositional, jsonFlag, tenantFlag } from '../flags.js'
import { printApiKey } from '../print-api-key.js'
import { defineVerb } from '../verb.js'
import { withKeyring } from '../with-keyring.js'

export const show = defineVerb({
  name: 'show',
  summary: 'show one key',
  positionals: [idPositional],
  flags: [tenantFlag, jsonFlag],
  examples: ['show "$ID" --tenant "$TENANT"', 'show "$ID" --tenant "$TENANT" --json | jq .apiKey.status'],
  parse: (given) => ({
    key: { tenantId: tenantFlag.read(given), id: idPositional.read(given) },
    asJson: jsonFlag.read(given),
  }),
  run: ({ key, asJson }, shell) =>
    withKeyring(shell, {}, async (keyring) => {
      const apiKey = await keyring.get(key)
      if (apiKey === null) throw noSuchKey()
      await printApiKey(apiKey, asJson, shell)
    }),
})

export function noSuchKey(): CliFailure {
  return new CliFailure('notFound', 'not_found', 'There is no such API key in this tenant.')
}
