import { PrismaPg } from '@prisma/adapter-pg'

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>
type Result = Awaited<ReturnType<Adapter['queryRaw']>>

const idColumns = ['tenant_id', 'user_id']

/**
 * The driver of the package's own client, which answers the ids of tenants and users as texts, whatever type the
 * application's tables have: the package's model calls them texts, and Prisma refuses a number in place of one. They may
 * be asked for as texts: PostgreSQL reads a text parameter as what its column is.
 */
export class TextIdAdapter extends PrismaPg {
  override async connect(): Promise<Adapter> {
    const adapter = await super.connect()
    answerTextIds(adapter)
    const begin = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (...how) => {
      const transaction = await begin(...how)
      answerTextIds(transaction)
      return transaction
    }
    return adapter
  }
}

function answerTextIds(queryable: Pick<Adapter, 'queryRaw'>): void {
  const queryRaw = queryable.queryRaw.bind(queryable)
  queryable.queryRaw = async (query) => withTextIds(await queryRaw(query))
}

function withTextIds(result: Result): Result {
  const isId = result.columnNames.map((name) => idColumns.includes(name))
  if (!isId.includes(true)) return result
  return {
    ...result,
    rows: result.rows.map((row) =>
      row.map((value, at) => (isId[at] && value !== null ? String(value) : value)),
    ),
  }
}
