import type { MigrationState } from '../../keyring/installation.js'
import type { Finding } from './finding.js'

const SHIPPED = 'node_modules/express-api-keys/prisma/migrations'
const NAMED_AT_MOST = 3

/** A line for each migration, and one for the triggers of all of them. */
export function migrationFindings(migrations: readonly MigrationState[]): Finding[] {
  return [...migrations.map(migrationFinding), ...triggerFindings(migrations)]
}

function migrationFinding(state: MigrationState): Finding {
  const { migration, recorded, present, missing } = state
  const check = 'migrations'
  if (present === 'whole') {
    if (recorded === 'failed') {
      const mend = `npx prisma migrate resolve --applied ${migration}`
      return { check, status: 'warn', says: `${migration} is in place, but noted as failed.`, mend }
    }
    const how = recorded === 'applied' ? 'is applied' : 'is in place, without a note by Prisma'
    return { check, status: 'ok', says: `${migration} ${how}.` }
  }
  if (present === 'absent' && recorded !== 'applied') {
    const mend = `express-api-keys migrate, or copy ${SHIPPED}/${migration} into your own migrations and deploy it`
    return { check, status: 'fail', says: `${migration} is not applied.`, mend }
  }
  const says = `${migration} is not whole: ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing.`
  return { check, status: 'fail', says, mend: `run what makes it in ${SHIPPED}/${migration}/migration.sql` }
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
