import { NeedsMending } from '../epoch.js'
import { DOCTOR } from './doctor-mend.js'

const TABLES_OR_SCHEMA = `run "npx prisma migrate deploy", which makes it; if it stands in another schema, give the adapter of your Prisma client that (its option "schema"), or ${DOCTOR}`

/** Prisma's words for a model that has not what is asked for, and for a table or column that is not there. */
export function explainMisfit(cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'P2021' || code === 'P2022') {
    const [, what = 'a table or column'] = /\bThe ((?:table|column) `[^`]+`)/.exec(String(cause)) ?? []
    throw new NeedsMending(`${what} is not there, which the model ApiKey asks for`, TABLES_OR_SCHEMA, {
      cause,
    })
  }
  if (!(cause instanceof Error && cause.name === 'PrismaClientValidationError')) throw cause
  // The rest of its text quotes the query.
  const [what] = /Unknown \w+ `\w+`(?: for [\w ]+ on model `\w+`)?/.exec(cause.message) ?? []
  throw new NeedsMending(
    `the model ApiKey of your Prisma client does not fit${what === undefined ? '' : `: ${what}`}`,
    'give ApiKey the fields of the package\'s schema and the relations "tenant" and "user", and the user\'s model a field "tenantId", or name the one it has with the option "tenantOfUser"; in "select", name fields that are there; then run "npx prisma generate"',
    { cause },
  )
}
