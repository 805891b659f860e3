import type { NextFunction, Request, Response } from 'express'
import type { Refusal } from '../errors.js'
import { type Observer, refusedEvent } from '../events.js'
import type { RefusalCode } from '../responses.js'
import { answerByHost, type OnDenied } from './on-denied.js'
import { type Denial, type ProblemOptions, sendJson, toDenial } from './problem.js'
import type { RateLimitHeaders } from './rate-limit-headers.js'

/** Answers a request with a refusal, the way the middleware was configured. */
export type Deny = <P>(
  refusal: Refusal,
  req: Request<P>,
  res: Response,
  next: NextFunction,
  /** How long the request waited for it, for observers; absent when it did not. */
  waitedMs?: number,
) => void

interface DenyOptions extends ProblemOptions {
  readonly rateLimitHeaders: readonly RateLimitHeaders[]
  readonly observe: Observer
  readonly onDenied: OnDenied | undefined
}

/** The one place where a refusal is observed and becomes a response. */
export function createDeny({ observe, onDenied, ...problem }: DenyOptions): Deny {
  const constant = new Map<RefusalCode, Denial>()

  /** Only scopes and limits have more to say than their code; every other answer is made once. */
  function denialOf(refusal: Refusal): Denial {
    const { violatedPolicies } = refusal.facts
    if (refusal.code === 'insufficient_scope' || violatedPolicies !== undefined)
      return toDenial(refusal, problem)
    const denial = constant.get(refusal.code) ?? toDenial(refusal, problem)
    constant.set(refusal.code, denial)
    return denial
  }

  return (refusal, req, res, next, waitedMs) => {
    observe(refusedEvent(refusal, waitedMs))
    // Somebody, such as a time-out of the host's, has answered while the database was asked.
    if (res.headersSent) return
    const denial = denialOf(refusal)
    if (onDenied === undefined) return sendJson(res, denial)
    // The names in `params` are a route's own business; whoever answers for all routes knows none.
    answerByHost(onDenied, { denial, refusal, req: req as Request, res, next })
  }
}
