import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll } from '@jest/globals'

/** Stands between a client and the database, and can fail the ways a network fails. */
export interface TcpProxy {
  readonly url: string
  /** As if the server had stopped: connections end, new ones are refused. */
  stop(): Promise<void>
  start(): Promise<void>
  /** As if the server had crashed: connections are reset, new ones are let in. */
  reset(): void
  /** As if a cable was pulled: connections stay open, and nothing passes. */
  freeze(): void
  unfreeze(): void
  /** As if the server was told to end every connection: in one message with its being ready, it says so. */
  endNew(): void
  /** As if the way had become long: what is sent from now on arrives this much later, in its order. */
  delay(ms: number): void
}

/** `ReadyForQuery`, outside of a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])
const ENDED = errorResponse(['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection'])

function errorResponse(fields: readonly string[]): Buffer {
  const body = Buffer.from(`${fields.map((field) => `${field}\0`).join('')}\0`)
  const head = Buffer.from('E\0\0\0\0', 'latin1')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const opened: TcpProxy[] = []
afterAll(async () => {
  await Promise.all(opened.map((proxy) => proxy.stop()))
})

export async function openTcpProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let frozen = false
  let delayMs = 0
  let endsNew = false

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    join(client, upstream)
    join(upstream, client)
    if (endsNew) upstream.prependListener('data', endWhenReady)
    function endWhenReady(chunk: Buffer): void {
      if (!chunk.subarray(-6).equals(READY)) return
      upstream.removeAllListeners('data')
      client.end(Buffer.concat([chunk, ENDED]))
    }
  })
  function join(from: Socket, to: Socket): void {
    sockets.add(from)
    from.on('data', (chunk) => {
      if (frozen) return
      if (delayMs === 0) to.write(chunk)
      else setTimeout(() => to.write(chunk), delayMs)
    })
    from.on('error', () => {})
    from.on('close', () => {
      sockets.delete(from)
      if (!frozen) to.destroy()
    })
  }

  let port = 0
  const proxy: TcpProxy = {
    get url() {
      const url = new URL(databaseUrl)
      url.host = `127.0.0.1:${port}`
      return url.href
    },
    async start() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port
    },
    async stop() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      frozen = false
      for (const socket of sockets) socket.destroy()
      await closed
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    freeze() {
      frozen = true
    },
    unfreeze() {
      frozen = false
    },
    endNew() {
      endsNew = true
    },
    delay(ms) {
      delayMs = ms
    },
  }
  await proxy.start()
  opened.push(proxy)
  return proxy
}
