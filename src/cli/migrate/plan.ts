import type { Installation } from '../../keyring/installation.js'
import { CliFailure } from '../failure.js'

export interface MigrationTerms {
  /** A person has agreed to tables beside those of another project. */
  readonly agreed: boolean
  /** The project here has a migration of its own that makes the tables of keys, as `init` writes it. */
  readonly isInProject: boolean
}

/**
 * What there is to apply; empty when all is in place. Throws `CliFailure` where applying would do harm, and, unless a
 * person has `agreed`, where it would mix with the migrations of another project.
 */
export function planMigrations(
  installation: Installation,
  { agreed, isInProject }: MigrationTerms,
): readonly string[] {
  const { migrations, schema, otherSchemas, ownersExist, otherMigrations } = installation
  const pending = migrations.filter(({ present }) => present !== 'whole')
  if (pending.length === 0) return []

  const failed = migrations.find(({ recorded }) => recorded === 'failed')
  if (failed !== undefined) {
    throw refused(
      `The migration ${failed.migration} failed earlier: undo what it left, then run "npx prisma migrate resolve --rolled-back ${failed.migration}".`,
    )
  }
  const broken = pending.find(({ recorded, present }) => recorded === 'applied' || present === 'partly')
  if (broken !== undefined) {
    throw refused(
      `The migration ${broken.migration} is not whole: run "npx express-api-keys doctor" to see what is missing.`,
    )
  }
  const isNew = pending.length === migrations.length
  if (isNew && isInProject) {
    throw refused('This project has a migration that makes these tables: run "npx prisma migrate deploy".')
  }
  if (isNew && otherSchemas.length > 0 && !agreed) {
    throw refused(
      `The tables stand in the schema "${otherSchemas[0]}": let DATABASE_URL end with ?schema=${otherSchemas[0]}, or run "npx express-api-keys migrate --yes" to have others in "${schema}".`,
    )
  }
  // Run again over tables that are there, a migration would fail half way, and block all later ones.
  const isForeign = migrations.some(({ recorded, present }) => present === 'whole' && recorded === 'absent')
  if (isNew && ownersExist) {
    throw refused(
      'This database has tenants and users of your own: run "npx express-api-keys init", which writes a migration for them, then "npx prisma migrate deploy".',
    )
  }
  if (isForeign) {
    const names = pending.map(({ migration }) => migration).join(', ')
    throw refused(
      `Tables of these names were made by migrations of your own: take ${names} into them too, as node_modules/express-api-keys/docs/existing-app.md tells.`,
    )
  }
  if (isNew && otherMigrations > 0 && !agreed) {
    throw refused(
      `The schema "${schema}" has the migrations of another project. If it has tenants and users, run "npx express-api-keys init" there; if not, copy the folders of node_modules/express-api-keys/prisma/migrations into that project, or run "npx express-api-keys migrate --yes" to apply them beside its own.`,
    )
  }
  return pending.map(({ migration }) => migration)
}

function refused(sentence: string): CliFailure {
  return new CliFailure('conflict', 'migration_conflict', sentence)
}
