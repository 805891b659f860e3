export const graceStarts = ['now', 'first-use'] as const

/** `first-use`: the grace begins when the successor is first used. */
export type GraceStart = (typeof graceStarts)[number]

/** When the key that was rotated ends. All times are in milliseconds. */
export interface Grace {
  readonly graceMs: number
  readonly graceFrom: GraceStart
  /** The end, used or not. */
  readonly deadlineMs: number
}

export interface GracePeriod {
  readonly expiresAt: Date
  readonly graceAfterUseMs: number | null
}

/** A rotation brings the end of a key nearer, never puts it off. */
export function gracePeriod(expiresAt: Date | null, grace: Grace, nowMs: number): GracePeriod {
  const waits = grace.graceFrom === 'first-use'
  const endMs = nowMs + (waits ? grace.deadlineMs : grace.graceMs)
  const ownMs = expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime()
  return { expiresAt: new Date(Math.min(ownMs, endMs)), graceAfterUseMs: waits ? grace.graceMs : null }
}
