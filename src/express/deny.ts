import type { Request, Response } from 'express'
import type { Refusal, RefusalCode } from '../errors.js'
import { type Observer, refusedEvent } from '../events.js'
import { type Denial, type ProblemOptions, sendDenial, toDenial } from './problem.js'
import type { Authentication } from './request.js'

/**
 * Answers a refused request in the host's own way: `denial` is what would be sent. `next` hands the refusal, or
 * the error it is given, to the app's error handling; it never lets the request through.
 */
export type OnDenied = (denial: Denial, req: Request, res: Response, next: (error?: Error) => void) => unknown

interface DenyOptions extends ProblemOptions {
  readonly observe: Observer | undefined
  readonly onDenied: OnDenied | undefined
}

/** The one place where a refusal is observed and becomes a response. */
export function createDeny({ observe, onDenied, ...problem }: DenyOptions): Authentication['deny'] {
  const constant = new Map<RefusalCode, Denial>()

  /** Only a missing scope has more to say than its code; every other answer is made once. */
  function denialOf(refusal: Refusal): Denial {
    if (refusal.code === 'insufficient_scope') return toDenial(refusal, problem)
    const denial = constant.get(refusal.code) ?? toDenial(refusal, problem)
    constant.set(refusal.code, denial)
    return denial
  }

  return (refusal, req, res, next) => {
    observe?.(refusedEvent(refusal))
    // Somebody, such as a time-out of the host's, has answered while the database was asked.
    if (res.headersSent) return
    const denial = denialOf(refusal)
    if (onDenied === undefined) return sendDenial(res, denial)
    answer(onDenied, denial, refusal, req, res, next)
  }
}

async function answer(
  onDenied: OnDenied,
  denial: Denial,
  refusal: Refusal,
  ...[req, res, next]: [Request, Response, (error: unknown) => void]
): Promise<void> {
  // Not Express' own `next`: without an error, or with 'route' or 'router', that would let the request through.
  const fail = (error?: unknown) => next(error instanceof Error ? error : refusal)
  try {
    await onDenied(denial, req, res, fail)
  } catch (error) {
    fail(error)
  }
}
