import pg from 'pg'

/**
 * Sends several statements as one message and answers the rows of all of them: one round trip, one transaction, at
 * whose end a `SET LOCAL` is gone again.
 */
export function queryInOneMessage<Row extends pg.QueryResultRow>(
  connection: Pick<pg.ClientBase, 'query'>,
  statements: string,
): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const rows: Row[] = []
    const query = new pg.Query<Row>(statements, (error) => (error ? reject(error) : resolve(rows)))
    query.on('row', (row) => rows.push(row))
    connection.query(query)
  })
}
