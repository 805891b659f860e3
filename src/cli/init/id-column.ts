import { usageFailure } from '../failure.js'
import type { OwnerModel } from './owners.js'

/** The type of an id: as the column of a key that references it has it, in Prisma's words and in PostgreSQL's. */
export interface IdColumn {
  readonly prisma: string
  readonly attribute: string
  readonly sql: string
}

const plain: Readonly<Record<string, string>> = { String: 'TEXT', Int: 'INTEGER', BigInt: 'BIGINT' }
const native: Readonly<Record<string, string>> = {
  ...{ Uuid: 'UUID', Text: 'TEXT', VarChar: 'VARCHAR', Char: 'CHAR' },
  ...{ Integer: 'INTEGER', SmallInt: 'SMALLINT', BigInt: 'BIGINT' },
}

/** Throws a usage failure for ids that are neither texts nor whole numbers. */
export function idColumnOf({ model, id }: OwnerModel): IdColumn {
  const [name, length] = id.nativeType ?? [undefined, []]
  const base = name === undefined ? plain[id.type] : native[name]
  if (base === undefined || !(id.type in plain)) {
    throw usageFailure(
      `The id of ${model.name} is of the type ${name ?? id.type}: String, Int and BigInt are known.`,
    )
  }
  const size = length.length === 0 ? '' : `(${length.join(', ')})`
  return {
    prisma: id.type,
    attribute: name === undefined ? '' : ` @db.${name}${size}`,
    sql: `${base}${size}`,
  }
}
