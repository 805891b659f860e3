import { PrismaPg } from '@prisma/adapter-pg'

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>
type Transaction = Awaited<ReturnType<Adapter['startTransaction']>>

/**
 * Asks one query at a time inside of a transaction. Prisma loads two relations of a row at once, also on the one
 * connection of a transaction; pg lets the second wait, but warns that version 9 will not (prisma/orm#29979).
 */
export class SerialTransactionsPg extends PrismaPg {
  override async connect(): Promise<Adapter> {
    const adapter = await super.connect()
    const start = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (isolationLevel) => inTurn(await start(isolationLevel))
    return adapter
  }
}

function inTurn(transaction: Transaction): Transaction {
  const query = transaction.queryRaw.bind(transaction)
  let before: Promise<unknown> = Promise.resolve()
  transaction.queryRaw = (asked) => {
    const answer = before.then(() => query(asked))
    before = answer.catch(() => {})
    return answer
  }
  return transaction
}
