import type { IncomingMessage } from 'node:http'
import { Refusal } from '../errors.js'
import type { IsForeign } from '../key/foreign-secret.js'

/** What a request brings to authenticate with: nothing, or one text that may be a secret. */
export type Credential = string | null

/** The parts of a request that credentials are read from. */
export type CredentialSource = Pick<IncomingMessage, 'headers' | 'rawHeaders'>

type ReadHeader = (request: CredentialSource) => Credential

/**
 * Reads the credential from the named headers; built once. Throws a `Refusal` when there is more than one, beside those
 * that are for somebody else.
 */
export function credentialReader(headers: readonly string[], isForOthers?: IsForeign): ReadHeader {
  const readers = headers.map(headerReader)
  const [only] = readers
  if (readers.length === 1 && only !== undefined) return only
  return (request) => {
    const found = readers.map((read) => read(request)).filter((credential) => credential !== null)
    if (found.length < 2) return found[0] ?? null
    const ours = isForOthers === undefined ? found : found.filter((credential) => !isForOthers(credential))
    if (ours.length > 1) throw new Refusal('two_credentials')
    return ours[0] ?? found[0] ?? null
  }
}

function headerReader(name: string): ReadHeader {
  const parse = name === 'authorization' ? bearerToken : (value: string) => value || null
  return (request) => {
    const value = request.headers[name]
    if (value === undefined) return null
    // `headers` hides a second line: it keeps the first of two `Authorization`, and joins others with a comma.
    if (typeof value !== 'string' || countLines(request.rawHeaders, name) > 1) {
      throw new Refusal('two_credentials')
    }
    return parse(value)
  }
}

function countLines(rawHeaders: readonly string[], name: string): number {
  let lines = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const field = rawHeaders[at]
    if (field?.length === name.length && field.toLowerCase() === name) lines += 1
  }
  return lines
}

// RFC 6750 §2.1, after the one or more spaces of RFC 9110 §11.4. The parts share no character, so nothing is
// tried twice, however long the header.
const bearer = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i
// The scheme itself, not the beginning of a longer one: RFC 9110 §5.6.2 says what schemes are made of.
const bearerScheme = /^bearer(?![!#$%&'*+.^_`|~0-9A-Za-z-])/i

/**
 * The token of an `Authorization` value: `null` for another scheme, which is no credential of ours. With the
 * scheme `Bearer`, in any case, anything but one token is a broken request.
 */
function bearerToken(value: string): Credential {
  const token = bearer.exec(value)?.[1]
  if (token !== undefined) return token
  if (bearerScheme.test(value)) throw new Refusal('bad_header')
  return null
}
