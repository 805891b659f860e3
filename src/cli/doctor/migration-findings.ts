import type { Installation, MigrationState } from '../../keyring/installation.js'
import type { Finding } from './finding.js'

const SHIPPED = 'node_modules/express-api-keys/prisma'
const GUIDE = 'node_modules/express-api-keys/docs/existing-app.md'
const NAMED_AT_MOST = 3

/** A line for each migration, and one for the triggers of all of them. */
export function migrationFindings(installation: Installation): Finding[] {
  const { migrations, schema, otherSchemas } = installation
  if (otherSchemas.length > 0 && migrations.every(({ present }) => present === 'absent')) {
    return [elsewhereFinding(schema, otherSchemas)]
  }
  const isOfHost = madeByHost(installation)
  if (migrations.every(({ present, recorded }) => present === 'absent' && recorded === 'absent')) {
    return [nothingFinding(schema, isOfHost)]
  }
  if (migrations.every(({ present, recorded }) => present === 'whole' && recorded === 'absent')) {
    const says = 'All that the package needs is in place, made by migrations of your own.'
    return [{ check: 'migrations', status: 'ok', says }, ...triggerFindings(migrations)]
  }
  return [
    ...migrations.map((state) => migrationFinding(state, schema, isOfHost)),
    ...triggerFindings(migrations),
  ]
}

/** Making them here too would give a second, empty set. */
function elsewhereFinding(schema: string, otherSchemas: readonly string[]): Finding {
  return {
    check: 'migrations',
    status: 'fail',
    says: `The schema "${schema}" has no API keys; the tables stand in ${otherSchemas.map((name) => `"${name}"`).join(' and ')}.`,
    mend: `let DATABASE_URL end with ?schema=${otherSchemas[0]}`,
  }
}

/** The likeliest of all: `init` has run, and what it wrote was not deployed. */
function nothingFinding(schema: string, isOfHost: boolean): Finding {
  const mend = 'npx prisma migrate deploy; before it npx express-api-keys init, where that has not run yet'
  return {
    check: 'migrations',
    status: 'fail',
    says: `The schema "${schema}" has no API keys: no migration that makes their tables is applied.`,
    mend: isOfHost
      ? mend
      : `${mend}; or, for an app without tenants and users of its own, npx express-api-keys migrate`,
  }
}

/** Whether what is missing belongs into migrations of the host's: the package's name tables that it does not have. */
function madeByHost({ migrations, ownersExist, ownersAreRenamed, otherMigrations }: Installation): boolean {
  const isNew = migrations.every(({ present }) => present === 'absent')
  if (isNew) return ownersExist || otherMigrations > 0
  return (
    ownersAreRenamed ||
    migrations.some(({ present, recorded }) => present !== 'absent' && recorded === 'absent')
  )
}

function migrationFinding(state: MigrationState, schema: string, isOfHost: boolean): Finding {
  const { migration, recorded, present, missing, lacksColumns } = state
  const check = 'migrations'
  if (present === 'whole') {
    if (recorded === 'failed') {
      const mend = `npx prisma migrate resolve --applied ${migration}`
      return { check, status: 'warn', says: `${migration} is in place, but noted as failed.`, mend }
    }
    const how = recorded === 'applied' ? 'is applied' : 'is in place, without a note by Prisma'
    return { check, status: 'ok', says: `${migration} ${how}.` }
  }
  const runAgain = `copy ${SHIPPED}/existing-app.sql, write the names of your tables at its top, and run the copy with "npx prisma db execute --file"; what is there already stays`
  if (present === 'absent' && recorded !== 'applied') {
    const ofHost = lacksColumns
      ? `make its tables and columns in a migration of your own, with what ${SHIPPED}/existing-app.sql says of them (${GUIDE})`
      : runAgain
    const ofPackage = `npx express-api-keys migrate, or copy ${SHIPPED}/migrations/${migration} into your own migrations and deploy it`
    const mend = isOfHost ? ofHost : ofPackage
    return { check, status: 'fail', says: `${migration} is not applied in the schema "${schema}".`, mend }
  }
  const says = `${migration} is not whole: ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing.`
  const mend = lacksColumns
    ? `make the columns as ${SHIPPED}/schema.prisma has them, then ${runAgain}`
    : runAgain
  return { check, status: 'fail', says, mend }
}

function triggerFindings(migrations: readonly MigrationState[]): Finding[] {
  const check = 'triggers'
  const disabled = migrations.flatMap(({ disabledTriggers }) => disabledTriggers)
  if (disabled.length > 0) {
    return disabled.map(({ table, trigger }) => ({
      check,
      status: 'fail',
      says: `The trigger ${trigger} of ${table} is disabled: what it guards is unguarded.`,
      mend: `ALTER TABLE ${table} ENABLE TRIGGER "${trigger}"`,
    }))
  }
  // A missing one stands with its migration.
  const isWhole = migrations.every(({ present }) => present === 'whole')
  return isWhole ? [{ check, status: 'ok', says: 'Every trigger is there and enabled.' }] : []
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_AT_MOST).join(', ')
  const more = names.length - NAMED_AT_MOST
  return more > 0 ? `${shown} and ${more} more` : shown
}
