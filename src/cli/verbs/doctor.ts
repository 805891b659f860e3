import { DAY_MS } from '../../clock.js'
import { examine } from '../../keyring/examine.js'
import { requireDatabaseUrl } from '../database-url.js'
import type { Finding } from '../doctor/finding.js'
import { findingsOf } from '../doctor/findings.js'
import { CliFailure, type Failure, failureOf } from '../failure.js'
import { jsonFlag } from '../flags.js'
import { findingsText } from '../show/findings.js'
import { printableJson } from '../show/printable.js'
import { defineVerb } from '../verb.js'

const UNUSED_MS = 90 * DAY_MS

export const doctor = defineVerb({
  name: 'doctor',
  summary: 'look at the database and say what to mend',
  details:
    'Looks, and changes nothing: the connection, the migrations, triggers, whether announcements arrive, the clocks, keys that never expire and keys that nobody uses. Ends with 1 when something has to be mended.',
  positionals: [],
  flags: [jsonFlag],
  examples: ['doctor', 'doctor --json'],
  parse: (given) => ({ asJson: jsonFlag.read(given) }),
  async run({ asJson }, shell) {
    const databaseUrl = requireDatabaseUrl(shell.env)
    const examined = await examine({ databaseUrl, unusedMs: UNUSED_MS, nowMs: shell.nowMs }).catch(failureOf)
    const findings = 'sentence' in examined ? [notReached(examined)] : findingsOf(examined)
    await shell.print(asJson ? printableJson({ findings }) : findingsText(findings, shell.paint))

    if ('sentence' in examined)
      throw new CliFailure(examined.ending, examined.code, 'No more could be looked at.')
    const failed = findings.filter(({ status }) => status === 'fail').length
    if (failed > 0)
      throw new CliFailure(
        'failed',
        'unhealthy',
        `${failed} ${failed === 1 ? 'finding has' : 'findings have'} to be mended.`,
      )
  },
})

function notReached({ sentence }: Failure): Finding {
  return { check: 'database', status: 'fail', says: sentence }
}
