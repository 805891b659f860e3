import type { IncomingMessage } from 'node:http'
import { Refusal } from '../errors.js'
import type { RequestKeyring } from '../keyring/keyring.js'
import type { Credential } from './credential.js'

// With it, what follows is for whichever middleware reads this header.
const bearerScheme = /^bearer +/i

/**
 * A request that seems to bring no key of the keyring may bring one where nobody reads it: in `Authorization`, bare or
 * after another scheme, or with something around it, as in `X-API-Key: Bearer ak_…`. Its sender believes to be known, so it
 * does not pass for nobody.
 */
export function refuseMisplacedKey(
  keyring: RequestKeyring,
  { headers }: Pick<IncomingMessage, 'headers'>,
  credential: Credential,
): void {
  const { authorization = '' } = headers
  const unread = bearerScheme.test(authorization) ? '' : authorization
  const misplaced = keyring.findSecretIn(unread) ?? keyring.findSecretIn(credential ?? '')
  if (misplaced !== null) throw new Refusal('key_misplaced', { keyPrefix: misplaced.keyPrefix })
}

/** Of names with their values: Node's own limit, where the server has none. */
const NODES_MOST_FIELDS = 1_000

/** Node drops header fields beyond a limit without a word: a key among those would pass for none. */
export function refuseCutHeaders({
  rawHeaders,
  socket,
}: Pick<IncomingMessage, 'rawHeaders' | 'socket'>): void {
  // Of `http` or of `https`, whose servers are of different classes.
  const { maxHeadersCount }: { maxHeadersCount?: unknown } = Object('server' in socket ? socket.server : null)
  const most = typeof maxHeadersCount === 'number' ? maxHeadersCount : NODES_MOST_FIELDS
  if (most > 0 && rawHeaders.length >= 2 * most) throw new Refusal('bad_header')
}
