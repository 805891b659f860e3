import { prefixOfSecret } from '../../key/secret-shape.js'
import { CliFailure, usageFailure } from '../failure.js'
import { importedPrefix, jsonFlag } from '../flags.js'
import { repeatedFlag } from '../given.js'
import { printApiKey } from '../print-api-key.js'
import { readSecretInput } from '../read/secret-input.js'
import type { Shell } from '../shell.js'
import { defineVerb } from '../verb.js'
import { withKeyring } from '../with-keyring.js'

const importedFlag = repeatedFlag(
  '--imported <text...>',
  'what keys of another system begin with that were imported: sk_live_',
  importedPrefix,
)

export const inspect = defineVerb({
  name: 'inspect',
  summary: 'tell whose a secret is: from standard input, never as an argument',
  details:
    'Looks at its form and its checksum, then for its record, in every tenant. On a terminal it asks for the secret and does not show it.',
  positionals: [],
  flags: [importedFlag, jsonFlag],
  examples: [
    'inspect < found.key',
    'inspect',
    'inspect --json < found.key',
    'inspect --imported sk_live_ < found.key',
  ],
  parse: (given) => ({ imported: importedFlag.read(given) ?? [], asJson: jsonFlag.read(given) }),
  async run({ imported, asJson }, shell) {
    const secret = await readSecretInput(shell)
    if (imported.some((start) => secret.startsWith(start)))
      return inspectImported(secret, imported, asJson, shell)
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

/** Of these, there is no checksum to tell of. */
function inspectImported(
  secret: string,
  imported: readonly string[],
  asJson: boolean,
  shell: Shell,
): Promise<void> {
  return withKeyring(shell, { imported }, async (keyring) => {
    const { keyPrefix, apiKey } = await keyring.inspect(secret)
    if (apiKey === null) {
      throw new CliFailure(
        'notFound',
        'not_found',
        `This database has no such key that begins with ${keyPrefix}.`,
      )
    }
    await printApiKey(apiKey, asJson, shell)
  })
}

async function noteForm(asJson: boolean, shell: Shell): Promise<void> {
  if (!asJson) await shell.note('Its form and its checksum are right.')
}

function notASecret(): CliFailure {
  return usageFailure(
    'What was read has not the form of a secret, such as ak_ and 49 letters and digits; for a key of another system, say with --imported what such keys begin with.',
  )
}

function misread(): CliFailure {
  return usageFailure('The checksum is wrong: a character is missing, mistyped or swapped.')
}

function unknown(keyPrefix: string): CliFailure {
  const sentence = `The form and the checksum of ${keyPrefix}… are right, but this database has no such key.`
  return new CliFailure('notFound', 'not_found', sentence)
}
