import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** An empty database on the server, dropped in the end whoever is still connected. */
export async function createDatabase(serverUrl) {
  const name = `package_${randomUUID().replaceAll('-', '')}`
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
  await queryOnce(serverUrl, `CREATE DATABASE ${name}`)
  return {
    url,
    query: (statement, values) => queryOnce(url, statement, values),
    drop: () => queryOnce(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

async function queryOnce(connectionString, statement, values) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statement, values).finally(() => client.end())
}
