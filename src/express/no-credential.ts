import { type IncomingMessage, Server } from 'node:http'
import { Refusal } from '../errors.js'
import type { Keyring } from '../keyring/keyring.js'

const usualHeaders = ['authorization', 'x-api-key'] as const

/**
 * A request that seems to bring no key may bring one where it is not read: bare in `Authorization`, after another
 * scheme, or in an `X-API-Key` that is not enabled. Its sender believes to be known, so it does not pass for nobody.
 */
export function refuseMisplacedKey(keyring: Keyring, { headers }: Pick<IncomingMessage, 'headers'>): void {
  for (const name of usualHeaders) {
    const misplaced = keyring.findSecretIn(String(headers[name] ?? ''))
    if (misplaced !== null) throw new Refusal('key_misplaced', { keyPrefix: misplaced.keyPrefix })
  }
}

/** Of names with their values: Node's own limit, where the server has none. */
const NODES_MOST_FIELDS = 1_000

/** Node drops header fields beyond a limit without a word: a key among those would pass for none. */
export function refuseCutHeaders({
  rawHeaders,
  socket,
}: Pick<IncomingMessage, 'rawHeaders' | 'socket'>): void {
  const server: unknown = 'server' in socket ? socket.server : undefined
  const most = (server instanceof Server ? server.maxHeadersCount : null) ?? NODES_MOST_FIELDS
  if (most > 0 && rawHeaders.length >= 2 * most) throw new Refusal('bad_header')
}
