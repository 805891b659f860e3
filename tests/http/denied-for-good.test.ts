import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import type express5 from 'express'
import type { NextFunction, Request, Response } from 'express'
import { ApiKeyError, apiKeyAuth, type OnDenied } from 'express-api-keys'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()
const folder = fileURLToPath(new URL('../http', import.meta.url))
const afterAWhile = () => new Promise((resolve) => setTimeout(resolve, 50))

/** A guarded router inside an app that has routes after it, and error handlers in both. */
function openApp(express: typeof express5, onDenied: OnDenied) {
  const reached: string[] = []
  const reach = (route: string) => (_req: Request, res: Response) => {
    reached.push(route)
    if (!res.headersSent) res.json({ route })
  }
  const handle = async (error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    await afterAWhile()
    res.status(error instanceof ApiKeyError ? error.status : 500).json({ handled: true })
  }
  const guarded = express.Router()
  guarded.use(apiKeyAuth({ keyring: openKeyring({ databaseUrl: database.url }), onDenied }))
  guarded.get('/orders', reach('guarded'))
  const app = express()
  app.use('/api', guarded)
  app.use(handle)
  app.use(reach('after the error handler'))
  return { app, reached }
}

describe.each(frameworks)('on $framework, a denied request', ({ express }) => {
  test.each<[way: string, onDenied: OnDenied]>([
    ['req.next()', (_denial, req) => req.next?.()],
    ['req.next() later', (_denial, req) => void setTimeout(() => req.next?.(), 5)],
    [
      'next() and then req.next()',
      (_denial, req, _res, next) => {
        next()
        req.next?.()
      },
    ],
    // A folder is no file: Express then calls req.next() without an error.
    ['res.sendFile() of a folder', (_denial, _req, res) => res.sendFile(folder)],
  ])('does not go on by %s of onDenied', async (_, onDenied) => {
    const { app, reached } = openApp(express, onDenied)

    const { status, body } = await request(app).get('/api/orders')
    await afterAWhile()

    expect([status, body]).toEqual([401, { handled: true }])
    expect(reached).toEqual([])
  })

  test('that onDenied answers later is answered once', async () => {
    const { app } = openApp(express, async (_denial, _req, res) => {
      await afterAWhile()
      res.status(418).json({})
    })

    const { status } = await request(app).get('/api/orders')

    expect(status).toBe(418)
  })
})
