import { usageFailure } from '../failure.js'
import type { Owners } from './owners.js'

/** Where a name is written into a trigger's text, these could end that text. `existing-app.sql` refuses them too. */
const unfit = /[$'"%\\<>\p{Cc}]/u

/** Throws a usage failure for tables and columns whose names cannot be written into triggers. */
export function requirePlainNames({ tenant, user, tenantOfUser }: Owners): void {
  for (const { model, id } of [tenant, user]) {
    requirePlain(`The table of the model ${model.name}`, model.table)
    requirePlain(`The column of ${model.name}.${id.name}`, id.column)
  }
  requirePlain(`The column of ${user.model.name}.${tenantOfUser.name}`, tenantOfUser.column)
}

function requirePlain(what: string, name: string): void {
  if (!unfit.test(name)) return
  throw usageFailure(
    `${what} has a name with one of $ ' " % \\ < > or a control character, which cannot stand in the triggers of keys: rename it in the database and in the schema.`,
  )
}
