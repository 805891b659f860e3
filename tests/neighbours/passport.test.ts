import { describe, expect, test } from '@jest/globals'
import type { Request, Response } from 'express'
import { apiKeyAuth } from 'express-api-keys'
import session from 'express-session'
import passport from 'passport'
import { BasicStrategy } from 'passport-http'
import request from 'supertest'
import { frameworks } from '../support/app.js'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

/** People, who log in with a password and then have a session. */
function createPassport() {
  const people = new passport.Passport()
  people.use(new BasicStrategy((id, password, done) => done(null, password === 'fjord' ? { id } : false)))
  people.serializeUser((user, done) => done(null, user))
  people.deserializeUser((user: Express.User, done) => done(null, user))
  return people
}

const show = ({ user, apiKey }: Request, res: Response) => {
  res.json({ user, apiKey: apiKey?.name })
}

describe.each(frameworks)('on $framework, beside passport', ({ express }) => {
  const openApp = async () => {
    const keyring = openKeyring({ databaseUrl: database.url })
    const { apiKey, secret } = await keyring.issue({ ...(await database.addTenant()), name: 'CI' })
    const people = createPassport()
    const app = express()
    app.use(session({ secret: 'of the cookies', resave: false, saveUninitialized: false }))
    app.use(people.session())
    app.get('/login', people.authenticate('basic'), show)
    app.get('/account', show)
    app.get('/api/orders', apiKeyAuth({ keyring }), show)
    const login = async () => {
      const agent = request.agent(app)
      await agent.get('/login').auth('nora', 'fjord')
      return agent
    }
    return { app, login, secret, programId: apiKey.userId }
  }

  test('programs have the user of their key, and people that of their session', async () => {
    const { app, login, secret, programId } = await openApp()

    const program = await request(app).get('/api/orders').auth(secret, { type: 'bearer' })
    const person = await (await login()).get('/account')

    expect(program.body).toMatchObject({ user: { id: programId }, apiKey: 'CI' })
    expect(person.body).toEqual({ user: { id: 'nora' } })
  })

  test('a session is no key, nor is a password', async () => {
    const { app, login } = await openApp()

    const bySession = await (await login()).get('/api/orders')
    const byPassword = await request(app).get('/api/orders').auth('nora', 'fjord')

    expect([bySession.status, byPassword.status]).toEqual([401, 401])
  })

  test('a key is no password, and leaves no session', async () => {
    const { app, secret } = await openApp()
    const agent = request.agent(app)

    const entered = await agent.get('/login').auth(secret, { type: 'bearer' })
    const called = await agent.get('/api/orders').auth(secret, { type: 'bearer' })
    const person = await agent.get('/account')

    expect([entered.status, called.status]).toEqual([401, 200])
    expect(called.headers).not.toHaveProperty('set-cookie')
    expect(person.body).toEqual({})
  })

  test('with both, the key counts where keys are asked for, and the session stays the person’s', async () => {
    const { login, secret, programId } = await openApp()
    const agent = await login()

    const both = await agent.get('/api/orders').auth(secret, { type: 'bearer' })
    const after = await agent.get('/account')

    expect(both.body.user.id).toBe(programId)
    expect(after.body).toEqual({ user: { id: 'nora' } })
  })
})
