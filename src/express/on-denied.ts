import type { NextFunction, Request, Response } from 'express'
import type { Refusal } from '../errors.js'
import { type Denial, sendJson } from './problem.js'

/**
 * Answers a refused request in the host's own way: `denial` is what would be sent. `next` hands the refusal, or
 * the error it is given, to the app's error handling; neither it nor `req.next` lets the request through. A request
 * that has no answer after 5 seconds gets the denial as it is, or, where an answer was begun, its end.
 */
export type OnDenied = (denial: Denial, req: Request, res: Response, next: (error?: Error) => void) => unknown

interface DeniedRequest {
  readonly denial: Denial
  readonly refusal: Refusal
  readonly req: Request
  readonly res: Response
  readonly next: NextFunction
}

const ANSWER_LIMIT_MS = 5_000

/** Leaves the answer to the host, who may fail or forget to give one, but cannot let the request through. */
export async function answerByHost(onDenied: OnDenied, denied: DeniedRequest): Promise<void> {
  const { denial, refusal, req, res, next } = denied
  const late = setTimeout(() => answerInstead(res, denial), ANSWER_LIMIT_MS)
  res.once('close', () => clearTimeout(late))
  let isHandedOver = false

  // Not Express' own `next`: without an error, or with 'route' or 'router', that would let the request through.
  function fail(error?: unknown): void {
    if (isHandedOver) return
    isHandedOver = true
    clearTimeout(late)
    next(error instanceof Error ? error : refusal)
  }

  // Express keeps the way on under this name too, and its res.sendFile() takes it. No router can open it again.
  Object.defineProperty(req, 'next', { configurable: true, get: () => fail, set: () => {} })
  try {
    await onDenied(denial, req, res, fail)
  } catch (error) {
    fail(error)
  }
}

function answerInstead(res: Response, denial: Denial): void {
  if (res.headersSent) {
    // Begun and not ended: all that is left is to let the client go.
    if (!res.writableEnded) res.destroy()
    return
  }
  // Of the body that never came.
  res.removeHeader('Content-Length')
  sendJson(res, denial)
}
