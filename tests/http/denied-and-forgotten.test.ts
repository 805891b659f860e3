import { EventEmitter, once } from 'node:events'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type express5 from 'express'
import { apiKeyAuth, type OnDenied } from 'express-api-keys'
import { createMemoryKeyring } from 'express-api-keys/testing'
import request from 'supertest'
import { frameworks } from '../support/app.js'

// Time stands still for setTimeout alone: requests are real.
const real = [
  ...(['Date', 'hrtime', 'performance', 'nextTick', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval'] as const),
]
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: [...real] })
})
afterEach(() => {
  jest.useRealTimers()
})

/** A request without a key, of which `onDenied` has been told. */
async function deny(express: typeof express5, onDenied: OnDenied) {
  let isAnswered = false
  const told = new EventEmitter()
  const app = express().use(
    apiKeyAuth({
      keyring: createMemoryKeyring(),
      onDenied(...denied) {
        told.emit('told')
        return onDenied(...denied)
      },
    }),
  )
  const telling = once(told, 'told')
  const answer = request(app)
    .get('/')
    .then(({ status, body }) => [status, body.code])
    .catch(({ message }: Error) => message)
    .finally(() => {
      isAnswered = true
    })
  await telling
  return { answer, isAnswered: () => isAnswered }
}

const turnsOfLoop = async () => {
  for (let n = 0; n < 20; n += 1) await new Promise(setImmediate)
}

describe.each(frameworks)('on $framework, a denied request', ({ express }) => {
  const denied = [401, 'missing_credentials']

  test.each<[does: string, onDenied: OnDenied, answer: unknown]>([
    ['nothing', () => {}, denied],
    ['nothing, in a promise that never ends', () => new Promise(() => {}), denied],
    [
      'nothing but set headers of a body that never comes',
      (_denial, _req, res) => res.status(418).set('Content-Length', '1000'),
      denied,
    ],
    ['no more than begin an answer', (_denial, _req, res) => res.status(401).flushHeaders(), 'aborted'],
  ])('is answered after 5 seconds where onDenied does %s', async (_, onDenied, expected) => {
    const { answer, isAnswered } = await deny(express, onDenied)

    await jest.advanceTimersByTimeAsync(4_999)
    await turnsOfLoop()
    const early = isAnswered()
    await jest.advanceTimersByTimeAsync(1)

    expect(early).toBe(false)
    expect(await answer).toEqual(expected)
  })

  test('is not answered again where onDenied has ended its answer', async () => {
    const { answer } = await deny(express, (_denial, _req, res) => res.status(418).json({ code: 'teapot' }))

    expect(await answer).toEqual([418, 'teapot'])
    expect(jest.getTimerCount()).toBe(0)
  })

  test('is waited for no longer where onDenied hands it over', async () => {
    const { answer } = await deny(express, (_denial, _req, _res, next) => next())

    const [status] = await answer

    expect(status).toBe(401)
    expect(jest.getTimerCount()).toBe(0)
  })
})
