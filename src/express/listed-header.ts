import type { Response } from 'express'

/** Lists of structured fields (RFC 9651), to which every limiter of an app adds its own. */
const lists = ['RateLimit', 'RateLimit-Policy']

// What was told of a response before: the limits of a request that is refused after all are told again.
const told = new WeakMap<Response, Map<string, string>>()

export function isListed(name: string): boolean {
  return lists.includes(name)
}

/** Adds to what others have told, in place of what was told here before. */
export function setListed(res: Response, name: string, value: string): void {
  const before = told.get(res) ?? new Map<string, string>()
  const current = res.getHeader(name)
  const own = before.get(name)
  before.set(name, value)
  told.set(res, before)
  res.setHeader(name, current === undefined ? value : joined(String(current), own, value))
}

function joined(current: string, own: string | undefined, value: string): string {
  if (own !== undefined && current.includes(own)) return current.replace(own, () => value)
  return `${current}, ${value}`
}
