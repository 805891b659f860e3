#!/usr/bin/env node
// Prisma's schema engine, from npm alone.
//
// The Prisma CLI downloads a native schema engine, which fails behind a firewall. The same engine is
// published to npm as WebAssembly; this file runs it and speaks to the CLI as the native one does:
// JSON-RPC 2.0, a message a line, over stdin and stdout. scripts/prisma.js points the CLI here.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'

const CONNECT_TIMEOUT_MS = 5_000
// The adapter has no name for PostgreSQL's one-byte "char" type, which the catalogues use; a text is read the same.
const OID_CHAR = 18
const OID_TEXT = 25

async function loadEngine() {
  const wasm = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm'))
  const module = await WebAssembly.compile(readFileSync(fileURLToPath(wasm)))
  const instance = await WebAssembly.instantiate(module, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return bindings.SchemaEngine
}

/** Fields, not a connection string: with a string the adapter would open the shadow database under the real name. */
function connectionFields(url) {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  return {
    host: decodeURIComponent(searchParams.get('host') ?? hostname),
    port: port ? Number(port) : 5432,
    user: decodeURIComponent(username),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: tlsOf(searchParams),
    // The native engine creates tables where the URL's schema says; migrations name none.
    ...(searchParams.has('schema')
      ? { options: `-c search_path=${searchPath(searchParams.get('schema'))}` }
      : {}),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  }
}

/** As libpq understands `sslmode`: `require` encrypts and asks nobody, the others ask who answers. */
function tlsOf(searchParams) {
  const rootCertificate = searchParams.get('sslrootcert')
  const authority = rootCertificate ? { ca: readFileSync(rootCertificate, 'utf8') } : {}
  switch (searchParams.get('sslmode')) {
    case 'require':
      return { ...authority, rejectUnauthorized: false }
    case 'verify-ca':
      return { ...authority, checkServerIdentity: () => undefined }
    case 'verify-full':
      return authority
    default:
      return undefined
  }
}

/** Quoted as a name, and its blanks and backslashes once more as part of a start-up option. */
function searchPath(schema) {
  return `"${schema.replaceAll('"', '""')}"`.replaceAll(/[\\ ]/g, '\\$&')
}

function openFactory(url) {
  const schema = new URL(url).searchParams.get('schema') ?? undefined
  return new PrismaPg(connectionFields(url), schema ? { schema } : {})
}

/** Connects on first use only: a diff between two schema files has no database at all. */
function lazyFactory(url) {
  return bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => fitForMigrations(await openFactory(url).connect()),
    connectToShadowDb: async () => fitForMigrations(await openFactory(url).connectToShadowDb()),
  })
}

/** The adapter was made for queries; a migration needs some things more of it. */
function fitForMigrations(adapter) {
  const perform = adapter.performIO.bind(adapter)
  const query = adapter.queryRaw.bind(adapter)
  const charColumns = new WeakMap()
  adapter.performIO = async (asked) => {
    const result = await perform(asked)
    // Of a script of several statements: one result each, which nobody reads.
    if (Array.isArray(result)) return result
    const columns = [...result.fields.keys()].filter((at) => result.fields[at].dataTypeID === OID_CHAR)
    for (const column of columns) result.fields[column].dataTypeID = OID_TEXT
    charColumns.set(result.rows, columns)
    return result
  }
  // The engine panics at a CHECK constraint whose kind, a "char", comes as a text.
  adapter.queryRaw = async (asked) => {
    const answer = await query(asked)
    for (const column of charColumns.get(answer.rows) ?? [])
      answer.columnTypes[column] = ColumnTypeEnum.Character
    return answer
  }
  // The adapter's own version cuts the script at every semicolon, also inside a function body or a comment.
  adapter.executeScript = async (script) => {
    await adapter.client.query(script).catch((error) => adapter.onError(error))
  }
  return adapter
}

function toRpcError(error) {
  return {
    code: 4466,
    message: 'An error happened. Check the data field for details.',
    data: {
      is_panic: false,
      message: error.message,
      meta: error.meta ?? { full_error: error.message },
      error_code: error.code ?? null,
    },
  }
}

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

/** The native engine prints a diff itself, by asking the CLI to; the WebAssembly one hands it back. */
function printDiff(method, result) {
  if (method === 'diff' && result.stdout) send({ id: 0, method: 'print', params: { content: result.stdout } })
}

async function serve(engine) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line)
    if (method === undefined) continue
    try {
      const result = (await engine[method](params)) ?? null
      printDiff(method, result)
      send({ id, result })
    } catch (error) {
      send({ id, error: toRpcError(error) })
    }
  }
}

function connectFailure(error) {
  const { originalMessage, host, port, kind } = error.cause ?? {}
  if (kind === 'DatabaseNotReachable' && host) return `nothing answers at ${host}:${port}`
  return originalMessage || error.message || kind || error.code
}

/** The CLI reads log lines from stderr, skips the first, and takes the error from one of level ERROR. */
function failConnect(error) {
  const fields = { error_code: 'P1001', message: `Can't reach the database: ${connectFailure(error)}` }
  process.stderr.write('{"level":"INFO","target":"schema_engine","fields":{"message":"connecting"}}\n')
  process.stderr.write(JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields }))
  process.exitCode = 1
}

/** What the CLI asks before a command that needs the database: can it be reached at all? */
async function checkConnection(url) {
  try {
    const database = await openFactory(url).connect()
    await database.queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] })
  } catch (error) {
    failConnect(error)
  }
}

// Where the engine, being WebAssembly, leaves the text of a panic; without it the text is lost.
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message(message) {
    process.stderr.write(`${message}\n`)
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    datamodels: { type: 'string', multiple: true, default: [] },
    datasource: { type: 'string', default: '{}' },
  },
})
const { url } = JSON.parse(values.datasource)

if (positionals[0] === 'cli') {
  await checkConnection(url)
} else {
  const datamodels = values.datamodels.map((path) => [path, readFileSync(path, 'utf8')])
  const SchemaEngine = await loadEngine()
  await serve(
    await SchemaEngine.new(
      { datamodels: datamodels.length > 0 ? datamodels : undefined },
      () => {},
      lazyFactory(url),
    ),
  )
}
process.exit()
