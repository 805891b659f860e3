import { requireDatabaseUrl } from '../database-url.js'
import { usageFailure } from '../failure.js'
import { jsonFlag, secretPrefix, text } from '../flags.js'
import { optionalFlag, requiredPositional, switchFlag } from '../given.js'
import { reportLines } from '../show/import-report.js'
import { printableJson } from '../show/printable.js'
import { defineVerb } from '../verb.js'
import { actor } from '../with-keyring.js'

/** For the whole file: it is one transaction. */
const LIMIT_MS = 300_000

const filePositional = requiredPositional('FILE', 'CSV with a header, or a JSON object a line', text)
const prefixFlag = optionalFlag(
  '--prefix <text>',
  'what secrets of your keyring begin with (default ak)',
  secretPrefix,
)
const yesFlag = switchFlag('--yes', 'import them; without, all is tried and undone')

export const importVerb = defineVerb({
  name: 'import',
  summary: 'take over keys that another system made, by their SHA-256',
  details: [
    'Columns: tenant_id, user_id, prefix, and hash (SHA-256 of the whole key, hex or base64) or secret (the key, which is hashed); name, scopes, limits, allowed_cidrs, expires_at, created_at may be left out.',
    'All keys are imported or none. Keys that are there already, and expired ones, are left out.',
  ].join('\n\n'),
  positionals: [filePositional],
  flags: [prefixFlag, yesFlag, jsonFlag],
  examples: ['import keys.csv', 'import keys.csv --yes', 'import keys.jsonl --yes --json'],
  parse: (given) => ({
    file: filePositional.read(given),
    ownPrefix: prefixFlag.read(given) ?? 'ak',
    isMeant: yesFlag.read(given),
    asJson: jsonFlag.read(given),
  }),
  run: async ({ file, ownPrefix, isMeant, asJson }, shell) => {
    const databaseUrl = requireDatabaseUrl(shell.env)
    // Here, because loading Prisma's client takes longer than all else that help or wrong usage needs.
    const { readKeys } = await import('../import/read-keys.js')
    const { prefixes, ...read } = readKeys(file, ownPrefix)
    const { createImporter } = await import('../../keyring/import/create-importer.js')
    const { importKeys, close } = createImporter(databaseUrl, LIMIT_MS)
    const report = await importKeys({ ...read, isMeant, actor }).finally(close)
    const isDone = isMeant && report.refused.length === 0
    if (asJson) await shell.print(printableJson({ isDone, ...report }))
    else for (const line of reportLines(report, { isDone, prefixes })) await shell.print(line)
    if (report.refused.length > 0) {
      throw usageFailure('Nothing was imported: mend the refused lines, or take them out.')
    }
  },
})
