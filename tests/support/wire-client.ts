import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const PROTOCOL_3 = 196_608

const int16 = (value: number) => Buffer.from([value >> 8, value & 255])
const int32 = (value: number) => Buffer.concat([int16(value >> 16), int16(value & 65_535)])
const zeroEnded = (text: string) => Buffer.from(`${text}\0`)

function message(type: string, ...fields: Buffer[]): Buffer {
  const body = Buffer.concat(fields)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

const [unnamed, none] = [zeroEnded(''), int16(0)]

/** The messages of one query with one parameter, for tests that decide when each is sent. */
export function extendedQuery(
  sql: string,
  value: string,
): Record<'parse' | 'bind' | 'execute' | 'sync', Buffer> {
  const parameter = Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)])
  return {
    parse: message('P', unnamed, zeroEnded(sql), none),
    bind: message('B', unnamed, unnamed, none, int16(1), parameter, none),
    execute: message('E', unnamed, int32(0)),
    sync: message('S'),
  }
}

/** Speaks PostgreSQL's protocol by hand: drivers send a query in one packet, networks may cut it anywhere. */
export interface WireClient {
  send(...messages: Buffer[]): void
  /** The first column of each row, up to the end of the query; rejects with what the server complains about. */
  answer(): Promise<string[]>
  /** As if the process had died. */
  vanish(): void
}

export async function openWireClient(url: string): Promise<WireClient> {
  const { hostname, port, username, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const messages = receive(socket)
  const client: WireClient = {
    send: (...parts) => socket.write(Buffer.concat(parts)),
    vanish: () => socket.destroy(),
    async answer() {
      const rows: string[] = []
      for (;;) {
        const { value, done } = await messages.next()
        if (done) throw new Error('the server hung up')
        if (value.type === 'Z') return rows
        if (value.type === 'E') throw new Error(value.body.toString().replaceAll('\0', ' '))
        if (value.type === 'D') rows.push(firstColumn(value.body))
      }
    },
  }
  const startup = [int32(PROTOCOL_3), zeroEnded('user'), zeroEnded(username)]
  const body = Buffer.concat([...startup, zeroEnded('database'), zeroEnded(pathname.slice(1)), unnamed])
  client.send(int32(body.length + 4), body)
  await client.answer()
  return client
}

interface Message {
  readonly type: string
  readonly body: Buffer
}

async function* receive(socket: Socket): AsyncGenerator<Message, undefined> {
  let received = Buffer.alloc(0)
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk])
    while (received.length >= 5 && received.length > received.readInt32BE(1)) {
      const end = 1 + received.readInt32BE(1)
      yield { type: String.fromCharCode(received.readUInt8(0)), body: received.subarray(5, end) }
      received = received.subarray(end)
    }
  }
  return undefined
}

function firstColumn(row: Buffer): string {
  return row.subarray(6, 6 + row.readInt32BE(2)).toString()
}
