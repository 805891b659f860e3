import {
  type ErrorRequestHandler,
  json,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express'
import { Refusal } from '../errors.js'
import { addressOf } from '../express/caller.js'
import { createDeny } from '../express/deny.js'
import { withFacts } from '../express/handler-facts.js'
import { refuseKeyInUrl } from '../express/key-in-url.js'
import { DEFAULT_RATE_LIMIT_HEADERS } from '../express/options.js'
import { type JsonAnswer, sendJson } from '../express/problem.js'
import type { Host, TextHost } from '../key/host.js'
import type { Scope } from '../key/scope.js'
import { textsOf } from '../key/texts-of.js'
import type { RequestKeyring } from '../keyring/keyring.js'
import { warnUnavailable } from '../keyring/warn-unavailable.js'
import type { AdminAction } from './actions.js'
import { type AdminActor, blameActor, changedBy, requireActor } from './actor.js'
import { allOperations } from './all-operations.js'
import { bodyReader } from './json-body.js'
import type { Operation } from './operation.js'
import { RequestProblem, toProblem } from './problem.js'
import { readQuery } from './query.js'
import { type ApiKeyRouterOptions, parseRouterOptions } from './router-options.js'
import { invalidBody } from './unsafe-json.js'

/**
 * The management of API keys over HTTP: mount it anywhere, before or after body parsers. `apiKeyOpenApi()` describes
 * its routes. Throws `invalid_option`, naming the option; without `authorize` there is no router.
 *
 * @example
 * app.use('/api-keys', apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))
 */
export function apiKeyRouter<H extends Host = TextHost, S extends Scope = Scope>(
  options: ApiKeyRouterOptions<H, S>,
): Router {
  return createRouter({ Router, json }, options)
}

/** The parts of Express that the router is made of, of whatever version the application has. */
interface Framework {
  readonly Router: typeof Router
  readonly json: typeof json
}

export function createRouter<H extends Host = TextHost, S extends Scope = Scope>(
  framework: Framework,
  options: ApiKeyRouterOptions<H, S>,
): Router
// What `authorize` returns goes to the keyring that it is written for, which refuses scopes that it does not know.
export function createRouter(framework: Framework, options: ApiKeyRouterOptions<Host>): Router {
  const { keyring, authorize, realm, problemTypeBase } = parseRouterOptions(options)
  const readBody = bodyReader(framework.json)
  const deny = createDeny({
    realm,
    problemTypeBase,
    rateLimitHeaders: DEFAULT_RATE_LIMIT_HEADERS,
    observe: keyring.observe ?? warnUnavailable,
    onDenied: undefined,
  })

  async function admit(req: Request, action: AdminAction): Promise<AdminActor<Host>> {
    refuseKeyInUrl(keyring, req)
    const actor = requireActor(await authorize(req))
    if (actor === null) throw new RequestProblem('unauthenticated')
    if (!actor.can.includes(action)) throw new RequestProblem('forbidden')
    return actor
  }

  function handlerOf({ action, body, answer: run }: Operation): RequestHandler {
    return async function apiKeyOperation(req, res, next) {
      try {
        // Read now: whoever hangs up has no address any more, and the trail would not tell it.
        const from = addressOf(req)
        const actor = await admit(req, action)
        const call = {
          ...{ keyring, actor, changedBy: changedBy(actor, from) },
          ...{ id: String(req.params.id ?? ''), mountPath: req.baseUrl, nowMs: Date.now() },
        }
        const input = {
          ...{ query: readQuery(req.url), headers: req.headers },
          body: body === 'none' ? {} : await readBody(req, res),
        }
        refuseSecretIn(keyring, input.body)
        answer(res, await run(call, input))
      } catch (error) {
        next(error)
      }
    }
  }

  const answerError: ErrorRequestHandler = function apiKeyProblem(error, req, res, next) {
    if (error instanceof Refusal) return deny(error, req, res, next)
    const cause = isUndecodablePath(error) ? new RequestProblem('not_found') : blameActor(error)
    const problem = toProblem(cause, { problemTypeBase, realm })
    if (problem === null) return next(cause)
    answer(res, problem)
  }

  const router = framework.Router()
  for (const operation of allOperations) {
    router[operation.method](operation.path, withFacts(handlerOf(operation), { kind: 'authorizes' }))
  }
  router.use(answerError)
  return router
}

/** Unless somebody, such as a time-out of the host's, has answered meanwhile. */
function answer(res: Response, json: JsonAnswer): void {
  if (!res.headersSent) sendJson(res, json)
}

/** What Express makes of `%E0%A4%A`, which names no key. An application's own `URIError` has no status. */
function isUndecodablePath(error: unknown): boolean {
  return error instanceof URIError && 'status' in error
}

/** Whoever pastes a secret into a name or a reason would keep it in the database for ever. */
function refuseSecretIn(keyring: RequestKeyring, body: unknown): void {
  // Each text by itself: in JSON, the `n` of an escaped line break would seem to belong to the secret after it.
  if (textsOf(body).some((text) => keyring.findSecretIn(text) !== null)) {
    throw invalidBody('must not contain a secret')
  }
}
