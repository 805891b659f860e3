import { type IncomingMessage, Server } from 'node:http'
import { Refusal } from '../errors.js'
import type { RequestKeyring } from '../keyring/keyring.js'

// With it, what follows is for whichever middleware reads this header.
const bearerScheme = /^bearer +/i

/**
 * A request that seems to bring no key may bring one in `Authorization` that nobody reads: bare, or after another
 * scheme. Its sender believes to be known, so it does not pass for nobody.
 */
export function refuseMisplacedKey(
  keyring: RequestKeyring,
  { headers }: Pick<IncomingMessage, 'headers'>,
): void {
  const { authorization } = headers
  if (authorization === undefined || bearerScheme.test(authorization)) return
  const misplaced = keyring.findSecretIn(authorization)
  if (misplaced !== null) throw new Refusal('key_misplaced', { keyPrefix: misplaced.keyPrefix })
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
