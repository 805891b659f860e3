/**
 * Where a secret stands in what a logger such as `pino` is given: in the headers of a request, alone or as pino-http and
 * pino's own serializers log them, and in what `issue` and `rotate` return. Frozen: spread it to add to it. A whole
 * request without a serializer holds its headers in too many places for this, and a URL may hold a key: an event with
 * the reason `key_in_url` tells.
 *
 * @example
 * const logger = pino({ redact: { paths: redactPaths } })
 *
 * @example
 * // With `apiKeyAuth({ headers: ['x-partner-key'] })`.
 * const logger = pino({ redact: { paths: [...redactPaths, 'req.headers["x-partner-key"]'] } })
 */
export const redactPaths: string[] = Object.freeze([
  ...['req.headers.authorization', 'req.headers["x-api-key"]'],
  ...['request.headers.authorization', 'request.headers["x-api-key"]'],
  ...['headers.authorization', 'headers["x-api-key"]'],
  ...['secret', '*.secret'],
  // Loggers change nothing of it, but the types of theirs want an array that may be changed.
]) as string[]
