// passport-http-bearer, its callback written as in hand-written-prisma.js.
import passport from 'passport'
import { Strategy } from 'passport-http-bearer'
import { hashKey, isAlive } from './bearer.js'
import { prisma } from './prisma-client.js'
import { serve } from './serve.js'

passport.use(
  new Strategy(async (token, done) => {
    try {
      const apiKey = await prisma.apiKey.findUnique({
        where: { keyHash: hashKey(token) },
        include: { tenant: true, user: true },
      })
      if (apiKey === null || !isAlive(apiKey)) return done(null, false)
      done(null, apiKey.user, { scope: apiKey.scopes, apiKey })
    } catch (error) {
      done(error)
    }
  }),
)

serve(passport.authenticate('bearer', { session: false }))
