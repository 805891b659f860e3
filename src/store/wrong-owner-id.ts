import { InvalidInput } from '../errors.js'
import type { OwnerId } from '../key/host.js'

// Of which type the ids of tenants and users are, their columns know, and Prisma's model of them: what neither can read
// is wrong input. Their words for it quote what was given, so they go into no cause.

/** 22P02 is PostgreSQL's word for a text that is none of a type, 22003 for a number out of its range. */
const wordsOfDatabase = /\b(?:P2007|P2020|22P02|22003)\b/
const typeOfId = /\b(uuid|integer|bigint|smallint|numeric)\b/
const wordsOfModel = /[Aa]rgument `(tenantId|userId)`: .*Expected (?:\w+ or )?(\w+)/

/** What is wrong with an id that a query was refused for; `null` for every other error. */
export function wrongOwnerId(
  error: unknown,
  ids: { readonly userId?: OwnerId | undefined } = {},
): InvalidInput | null {
  if (!(error instanceof Error)) return null
  if (error.name === 'PrismaClientValidationError') {
    const [, field, wanted = ''] = wordsOfModel.exec(error.message) ?? []
    // Prisma calls a BigInt that came as a text a "big integer String".
    return field === undefined
      ? null
      : new InvalidInput(
          field,
          mustBe(wanted === 'big' ? 'BigInt' : wanted, 'the model of the Prisma client'),
        )
  }
  const code = 'code' in error ? String(error.code) : ''
  const [, type] = typeOfId.exec(error.message) ?? []
  if (type === undefined || !wordsOfDatabase.test(`${code} ${error.message}`)) return null
  const isUser = ids.userId !== undefined && error.message.includes(String(ids.userId))
  return new InvalidInput(isUser ? 'userId' : 'tenantId', mustBe(type, 'the database'))
}

/** Throws `invalid_input` that names the user, where its id is what the query was refused for. */
export function blameUser(userId: OwnerId | undefined): (error: unknown) => never {
  return (error) => {
    const wrong = wrongOwnerId(error, { userId })
    throw wrong?.field === 'userId' ? wrong : error
  }
}

/** The package's own client takes texts, whatever the database has. */
function mustBe(type: string, place: string): string {
  return `must be of the type ${type}, as such ids are in ${place}`
}
