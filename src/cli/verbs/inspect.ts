import { prefixOfSecret } from '../../key/secret-shape.js'
import { CliFailure, usageFailure } from '../failure.js'
import { jsonFlag } from '../flags.js'
import { printApiKey } from '../print-api-key.js'
import { readSecretInput } from '../read/secret-input.js'
import type { Shell } from '../shell.js'
import { defineVerb } from '../verb.js'
import { withKeyring } from '../with-keyring.js'

export const inspect = defineVerb({
  name: 'inspect',
  summary: 'tell whose a secret is: from standard input, never as an argument',
  details:
    'Looks at its form and its checksum, then for its record, in every tenant. On a terminal it asks for the secret and does not show it.',
  positionals: [],
  flags: [jsonFlag],
  examples: ['inspect < found.key', 'inspect', 'inspect --json < found.key'],
  parse: (given) => ({ asJson: jsonFlag.read(given) }),
  async run({ asJson }, shell) {
    const secret = await readSecretInput(shell)
    const prefix = prefixOfSecret(secret)
    if (prefix === null) throw notASecret()
    await withKeyring(shell, { prefix }, async (keyring) => {
      // Beside the record: without one, this is all that there is to say.
      if (keyring.findSecretIn(secret) === null) throw misread()
      const { keyPrefix, apiKey } = await keyring.inspect(secret)
      if (apiKey === null) throw unknown(keyPrefix)
      await printApiKey(apiKey, asJson, shell)
      await noteForm(asJson, shell)
    })
  },
})

async function noteForm(asJson: boolean, shell: Shell): Promise<void> {
  if (!asJson) await shell.note('Its form and its checksum are right.')
}

function notASecret(): CliFailure {
  return usageFailure('What was read has not the form of a secret, such as ak_ and 49 letters and digits.')
}

function misread(): CliFailure {
  return usageFailure('The checksum is wrong: a character is missing, mistyped or swapped.')
}

function unknown(keyPrefix: string): CliFailure {
  const sentence = `The form and the checksum of ${keyPrefix}… are right, but this database has no such key.`
  return new CliFailure('notFound', 'not_found', sentence)
}
