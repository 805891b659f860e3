import { day, idPositional, jsonFlag, tenantFlag } from '../flags.js'
import { optionalFlag } from '../given.js'
import { printableJson } from '../show/printable.js'
import { usageSheet } from '../show/usage.js'
import { defineVerb } from '../verb.js'
import { withKeyring } from '../with-keyring.js'

const fromFlag = optionalFlag(
  '--from <date>',
  'the first day, in UTC (default: 29 days before the last)',
  day,
)
const toFlag = optionalFlag('--to <date>', 'the last day, in UTC (default: today)', day)

export const usage = defineVerb({
  name: 'usage',
  summary: 'how often a key was used, day by day',
  details:
    'An app writes what it has counted at most a minute later. Quotas are shown as PostgreSQL has counted them.',
  positionals: [idPositional],
  flags: [tenantFlag, fromFlag, toFlag, jsonFlag],
  examples: [
    'usage "$ID" --tenant "$TENANT"',
    'usage "$ID" --tenant "$TENANT" --from 2026-11-01 --to 2026-11-30 --json',
  ],
  parse: (given) => ({
    key: { tenantId: tenantFlag.read(given), id: idPositional.read(given) },
    from: fromFlag.read(given),
    to: toFlag.read(given),
    asJson: jsonFlag.read(given),
  }),
  run: ({ key, from, to, asJson }, shell) =>
    withKeyring(shell, {}, async (keyring) => {
      const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
      const found = await keyring.usage({ ...key, ...range })
      await shell.print(asJson ? printableJson({ usage: found }) : usageSheet(found, shell.paint))
    }),
})
