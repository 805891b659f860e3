import { setImmediate as nextTick } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { deferred } from '../../src/deferred.js'
import { createTurns } from '../../src/limits/turns.js'

function openTurns(most: number) {
  const room = { most }
  const turns = createTurns(() => room.most, 1_000)
  const begun: string[] = []
  const begin = (name: string, origin = 'here') => {
    const end = deferred<string>()
    const answer = turns.inTurn(origin, () => {
      begun.push(name)
      return end.promise
    })
    return { answer, ...end }
  }
  return { room, begun, begin }
}

describe('turns', () => {
  test('come in their order, and only so many of an origin at once', async () => {
    const { begun, begin } = openTurns(2)
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => begin(name))
    begin('of another', 'there')
    const first = [...begun]

    b?.resolve('done')
    await b?.answer
    await nextTick()
    const second = [...begun]
    for (const work of [a, c, d]) work?.resolve('done')

    expect(first).toEqual(['a', 'b', 'of another'])
    expect(second).toEqual(['a', 'b', 'of another', 'c'])
    expect(await Promise.all([a, c, d].map((work) => work?.answer))).toEqual(['done', 'done', 'done'])
  })

  test('go on after work that failed, and where there is no more room, one by one', async () => {
    const { room, begun, begin } = openTurns(1)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => begin(name))
    room.most = 0

    a?.reject(new Error('failed'))
    await expect(a?.answer).rejects.toThrow('failed')
    await nextTick()
    const afterFailure = [...begun]
    b?.resolve('done')
    c?.resolve('done')
    await c?.answer

    expect(afterFailure).toEqual(['a', 'b'])
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  test('that do not come in time are given up, and leave their place to others', async () => {
    const { begun, begin } = openTurns(1)
    const stuck = begin('stuck')
    const late = begin('late')

    await expect(late.answer).rejects.toMatchObject({
      reason: 'store_timeout',
      cause: expect.objectContaining({ message: expect.stringContaining('of this address') }),
    })
    const next = begin('next')
    stuck.resolve('done')
    next.resolve('done')

    expect(await next.answer).toBe('done')
    expect(begun).toEqual(['stuck', 'next'])
  })
})
