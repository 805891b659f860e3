import { readInstallation } from '../../keyring/installation.js'
import { requireDatabaseUrl } from '../database-url.js'
import { CliFailure } from '../failure.js'
import { jsonFlag } from '../flags.js'
import { switchFlag } from '../given.js'
import { makesTablesHere } from '../migrate/own-migration.js'
import { planMigrations } from '../migrate/plan.js'
import { deployMigrations, findPrismaCli } from '../migrate/prisma-cli.js'
import { printableJson } from '../show/printable.js'
import { defineVerb } from '../verb.js'

const yesFlag = switchFlag(
  '--yes',
  'also beside the migrations of another project, or tables in another schema',
)

export const migrate = defineVerb({
  name: 'migrate',
  summary: "make the package's tables, by its own migrations",
  details:
    'Runs "prisma migrate deploy" with the package\'s schema and migrations, using the prisma CLI of your project. For a database without tables. A project with migrations of its own had better run "init", and its own "prisma migrate deploy". Refuses where tables of these names were made otherwise.',
  positionals: [],
  flags: [yesFlag, jsonFlag],
  examples: ['migrate', 'migrate --json'],
  parse: (given) => ({ agreed: yesFlag.read(given), asJson: jsonFlag.read(given) }),
  async run({ agreed, asJson }, shell) {
    const databaseUrl = requireDatabaseUrl(shell.env)
    const before = await readInstallation(databaseUrl)
    const applied = planMigrations(before, { agreed, isInProject: await makesTablesHere(process.cwd()) })
    if (applied.length > 0) {
      await deployMigrations(findPrismaCli(process.cwd()), shell)
      const { migrations } = await readInstallation(databaseUrl)
      if (migrations.some(({ present }) => present !== 'whole')) {
        throw new CliFailure(
          'failed',
          'migration_failed',
          'Prisma applied less than was asked of it: run "npx express-api-keys doctor".',
        )
      }
    }
    if (asJson) return shell.print(printableJson({ applied }))
    for (const migration of applied) await shell.print(`applied ${migration}`)
    if (applied.length === 0) await shell.print('Nothing to apply: every migration is in place.')
    else if (before.otherMigrations > 0) {
      await shell.note(
        'This database has migrations of another project too: its "prisma migrate dev" will miss these, so copy their folders there.',
      )
    }
  },
})
