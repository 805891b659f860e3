import { expect, test } from '@jest/globals'
import express from 'express'
import { apiKeyAuth } from 'express-api-keys'
import { apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import { createMemoryKeyring } from 'express-api-keys/testing'
import request from 'supertest'
import { noteSecret } from '../support/keyring.js'

test('a keyring in memory charges a request once, also where the router asks for its key anew', async () => {
  const keyring = createMemoryKeyring()
  const key = {
    tenantId: 't1',
    userId: 'u1',
    name: 'CI',
    scopes: ['api-keys:manage'],
    limits: ['5/day'],
  } as const
  const { secret } = await keyring.issue(key)
  noteSecret(secret)
  const app = express()
  app.use(apiKeyAuth({ keyring }), apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))

  const answers = [1, 2].map(() => request(app).get('/').auth(secret, { type: 'bearer' }))
  const limits = (await Promise.all(answers)).map(({ headers }) => headers.ratelimit)
  await keyring.close()

  expect(limits.map((limit) => /r=\d/.exec(String(limit))?.[0]).toSorted()).toEqual(['r=3', 'r=4'])
})
