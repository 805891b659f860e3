export type Status = 'ok' | 'warn' | 'fail'

/** One line of what doctor says. */
export interface Finding {
  readonly check: string
  readonly status: Status
  readonly says: string
  /** What to do about it. */
  readonly mend?: string
}
