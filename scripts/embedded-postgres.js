// A PostgreSQL in a process of its own, from npm alone: PGlite behind its socket server.
//
// Forked with a data folder and a port (0 for any). Sends { url } or { error } to the parent, and stops cleanly
// on SIGTERM and when the parent goes away. Ctrl-C reaches every process of a terminal, so SIGINT is the
// parent's to handle: the database must outlive the app that uses it.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

// The server's default is one.
const MAX_CONNECTIONS = 100
// Type and length; a byte that tells of the transaction follows.
const READY = ['Z'.charCodeAt(0), 0, 0, 0, 5]
const READY_LENGTH = READY.length + 1
const EXTENDED_QUERY = new Set(['P', 'B', 'D', 'E', 'C', 'H'].map((type) => type.charCodeAt(0)))

/**
 * All clients of the socket share one session, and the server takes their messages as they come. A query that
 * arrives in several packets could then run with another client's parameters, and answer with another's row.
 * A client inside a transaction has the session to itself; this makes it so from a query's first message to
 * its Sync.
 */
class OneQueryAtATime extends PGlite {
  #insideQuery = false

  isInTransaction() {
    return this.#insideQuery || super.isInTransaction()
  }

  async execProtocolRawStream(message, options) {
    this.#insideQuery = EXTENDED_QUERY.has(message[0])
    if (!this.#insideQuery) return super.execProtocolRawStream(message, options)
    const onRawData = (data) => options.onRawData(withoutReady(data))
    return super.execProtocolRawStream(message, { ...options, onRawData })
  }
}

/**
 * PGlite says that it is ready for the next query when one has failed, and again at its Sync, which alone has to be
 * answered so. A client would take the second time for the answer to its next query.
 */
function withoutReady(data) {
  const last = data.subarray(-READY_LENGTH)
  return READY.every((byte, at) => last[at] === byte) ? data.subarray(0, -READY_LENGTH) : data
}

/** Two processes on one folder would destroy it, and nothing in PGlite prevents that. */
function lock(folder) {
  const file = join(folder, 'in-use-by')
  const own = `${file}-${process.pid}`
  // A link appears with its content; a file is there before what is written to it.
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, file)
    rmSync(own)
  } catch {
    const holder = Number(readFileSync(file, 'utf8'))
    if (isAlive(holder)) {
      rmSync(own)
      throw new Error(`${folder} is in use by process ${holder}`)
    }
    renameSync(own, file)
  }
  return () => rmSync(file, { force: true })
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

async function start(folder, port) {
  mkdirSync(folder, { recursive: true })
  const unlock = lock(folder)
  const db = new OneQueryAtATime(join(folder, 'pgdata'))
  await db.waitReady
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port, maxConnections: MAX_CONNECTIONS })
  await server.start()
  const stop = async () => {
    await server.stop()
    await db.close()
    unlock()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('disconnect', stop)
  return `postgresql://postgres@${server.getServerConn()}/postgres`
}

process.on('SIGINT', () => {})
const [folder, port] = process.argv.slice(2)
try {
  process.send({ url: await start(folder, Number(port)) })
} catch (error) {
  process.send({ error: error.message })
  process.exit(1)
}
