import type { json, Request, RequestHandler, Response } from 'express'
import { RequestProblem } from './problem.js'
import { invalidBody, refuseUnsafeJson } from './unsafe-json.js'

const MAX_BODY_BYTES = 16_384
/** Who asks was looked at before: it must not have become somebody else while a body trickles in. */
const BODY_LIMIT_MS = 10_000

/** Reads the body of a request; `{}` where there is none. Throws `RequestProblem`. */
export type ReadBody = (req: Request, res: Response) => Promise<unknown>

/** `createParser` is Express' own. */
export function bodyReader(createParser: typeof json): ReadBody {
  const parse = createParser({ limit: MAX_BODY_BYTES, inflate: false, type: () => true })
  return async (req, res) => {
    requireJsonType(req)
    if (Number(req.headers['content-length']) > MAX_BODY_BYTES) throw new RequestProblem('content_too_large')
    // Ended before us means that a parser of the application's has read it.
    if (!req.readableEnded) await run(parse, req, res)
    const body = toJson(req.body, hasBody(req))
    refuseUnsafeJson(body)
    if (Buffer.byteLength(JSON.stringify(body)) > MAX_BODY_BYTES) {
      throw new RequestProblem('content_too_large')
    }
    return body
  }
}

/** Other types can be sent by a form on any page, with the cookies of whoever looks at it. */
function requireJsonType(req: Request): void {
  const contentType = req.headers['content-type']
  const isAcceptable =
    contentType === undefined
      ? !hasBody(req) && !isCrossSite(req)
      : mediaType(contentType) === 'application/json'
  if (!isAcceptable) throw new RequestProblem('unsupported_media_type')
}

function mediaType(contentType: string): string {
  return contentType.split(';', 1).join().trim().toLowerCase()
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** A script of any page can send a request without a body, and needs nobody's leave for it. */
function isCrossSite({ headers }: Request): boolean {
  return headers['sec-fetch-site'] === 'cross-site'
}

function run(parse: RequestHandler, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const tooLate = () => reject(invalidBody(`must arrive within ${BODY_LIMIT_MS / 1_000} seconds`))
    const late = setTimeout(tooLate, BODY_LIMIT_MS)
    parse(req, res, (error?: unknown) => {
      clearTimeout(late)
      if (error === undefined) resolve()
      else reject(toProblem(error))
    })
  })
}

/** The parser's own words quote the body. */
function toProblem(error: unknown): unknown {
  if (!(error instanceof Error) || !('type' in error)) return error
  switch (error.type) {
    case 'entity.too.large':
      return new RequestProblem('content_too_large')
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new RequestProblem('unsupported_media_type')
    case 'entity.parse.failed':
    case 'request.aborted':
    case 'request.size.invalid':
      return invalidBody('must be a JSON object')
    default:
      return error
  }
}

/** What parsers leave: an object; the text or the bytes, if they are for other types; nothing, if nothing came. */
function toJson(body: unknown, isExpected: boolean): unknown {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return parseJson(body.toString())
  if (body !== undefined) return body
  if (!isExpected) return {}
  throw new Error('apiKeyRouter: the body was read before, and is not in req.body: mount the router earlier')
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw invalidBody('must be a JSON object')
  }
}
