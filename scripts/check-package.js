// Proves the tarball, not the checkout: installs it into empty projects and uses it there, on a database that its own
// migrations made. Usage: DATABASE_URL=... node scripts/check-package.js TARBALL [--totals FILE]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkApps } from './package/apps.js'
import { pinned } from './package/checkout.js'
import { checkCommandLine, checkMigrations } from './package/command-line.js'
import { createDatabase } from './package/database.js'
import { checkFiles } from './package/files.js'
import { checkMetadata } from './package/metadata.js'
import { installNodes } from './package/nodes.js'
import { checkOpenTelemetry } from './package/open-telemetry.js'
import { createProject } from './package/project.js'
import { createReport, writeTotals } from './package/report.js'
import { tellSize } from './package/size.js'
import { checkStartUp } from './package/start-up.js'
import { checkTypes } from './package/types.js'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { totals: { type: 'string' } } })
if (positionals.length !== 1 || !process.env.DATABASE_URL) {
  console.error('Usage: DATABASE_URL=... node scripts/check-package.js TARBALL [--totals FILE]')
  process.exit(2)
}
const tarball = resolve(positionals[0])
const folder = mkdtempSync(join(tmpdir(), 'express-api-keys-package-'))
const report = createReport()
const database = await createDatabase(process.env.DATABASE_URL)
const openProject = (name) => createProject(join(folder, name), database.url)

/** Its users' projects: the first also makes the tables, for both. */
const frameworks = [
  { name: 'Express 5', express: pinned('express'), types: pinned('@types/express'), isFirst: true },
  { name: 'Express 4', express: pinned('express4'), types: '@types/express@4.17.25', isFirst: false },
]

try {
  await checkFiles(report, tarball)
  await checkMetadata(report, tarball)
  await tellSize(report, openProject('alone'), tarball)
  const nodes = await installNodes(report, openProject('nodes'))
  for (const { name, express, types, isFirst } of frameworks) {
    const project = openProject(name.replace(' ', '-'))
    await report.check(`it installs into an empty project, beside ${name}`, () =>
      project.install(tarball, express),
    )
    if (isFirst) {
      await checkMigrations(report, project)
      await checkCommandLine(report, project, database)
      await checkStartUp(report, project)
    }
    await checkApps(report, project, name, nodes)
    // Its types are compiled with the others.
    await checkOpenTelemetry(report, project)
    await checkTypes(report, project, name, types)
  }
} finally {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
}
if (values.totals) writeTotals(values.totals, report.totals)
console.log(`${report.totals.passed} checks of the package passed and ${report.totals.failed} failed.`)
process.exit(report.totals.failed > 0 ? 1 : 0)
