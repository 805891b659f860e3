import type { Express, Request, RequestHandler } from 'express'
import express5 from 'express'
import type { Keyring } from 'express-api-keys'
import {
  type AdminAction,
  type AdminActor,
  type ApiKeyRouterOptions,
  adminActions,
  authorizeByKey,
} from 'express-api-keys/admin'
import { createRouter } from '../../src/admin/router.js'
import type { TenantWithUser } from './database.js'

export interface AdminAppOptions extends Partial<ApiKeyRouterOptions> {
  readonly keyring: Keyring
  /** What the application mounts before the router. */
  readonly before?: readonly RequestHandler[]
}

/** An app as a host writes it: the router under `/api-keys`, of the same version of Express as the app. */
export function createAdminApp({ before = [], ...options }: AdminAppOptions, express = express5): Express {
  const app = express()
  // Express prints errors that nobody answers, except where it is told that this is a test.
  app.set('env', 'test')
  for (const handler of before) app.use(handler)
  app.use(
    '/api-keys',
    createRouter(express, { authorize: authorizeByKey({ keyring: options.keyring }), ...options }),
  )
  return app
}

export type Person = TenantWithUser & { readonly can?: readonly AdminAction[] }

/** The header that stands for a session cookie: who it names has logged in. */
export function asPerson({ tenantId, userId, can = adminActions }: Person): Record<string, string> {
  return { 'x-session': JSON.stringify({ tenantId, userId, can }) }
}

/** Lets people in by their session, which a test writes itself; `null` without one. */
export function authorizePerson(req: Request): AdminActor | null {
  const session = req.get('x-session')
  return session === undefined ? null : JSON.parse(session)
}
