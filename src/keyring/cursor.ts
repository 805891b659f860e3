import type { PagePosition } from '../store/key-store.js'
import { invalidInput, requireId } from './input.js'

/** Opaque to callers, so that its content may change. */
export function pagePosition({ createdAt, id }: PagePosition): string {
  return Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url')
}

export function requireCursor(cursor: unknown): PagePosition {
  const [time, id] = Buffer.from(String(cursor), 'base64url').toString().split(' ')
  const createdAt = new Date(Number(time))
  if (time === undefined || time === '' || Number.isNaN(createdAt.getTime())) {
    throw invalidInput('cursor', 'must be the nextCursor of an earlier page')
  }
  return { createdAt, id: requireId('cursor', id) }
}
