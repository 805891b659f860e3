import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawResponse {
  readonly status: number
  /** Everything before the body, as sent, but for the `Date`. */
  readonly head: string
  readonly body: string
}

/** Sends exactly these header lines: clients merge, trim and refuse what a raw socket can send. */
export async function rawRequest(
  port: number,
  lines: readonly string[],
  path = '/whoami',
): Promise<RawResponse> {
  const socket = connect(port, '127.0.0.1')
  const head = [`GET ${path} HTTP/1.1`, 'Host: test', 'Connection: close', ...lines, '', ''].join('\r\n')
  socket.write(Buffer.from(head, 'latin1'))
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'close')
  const [received = '', body = ''] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n')
  return {
    status: Number(received.split(' ')[1]),
    head: received.replace(/^Date: .*\r\n/m, ''),
    body,
  }
}
