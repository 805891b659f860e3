import { createHash } from 'node:crypto'

/** The way it is usually written by hand. */
export function bearerToken(req) {
  const [scheme, token] = (req.headers.authorization ?? '').split(' ')
  return scheme === 'Bearer' ? token : undefined
}

export const hashKey = (key) => createHash('sha256').update(key).digest('hex')

export const isAlive = (row) =>
  row.revokedAt === null && (row.expiresAt === null || row.expiresAt > new Date())

export const refuse = (res) => res.status(401).json({ error: 'unauthorized' })
