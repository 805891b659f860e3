import { describe, expect, test } from '@jest/globals'
import { cachedKeys } from './cached-keys.js'
import { announced } from './positions.js'

describe('an answer that was read before something was forgotten', () => {
  test.each([
    ['just that key', announced(2, ['a'])],
    ['another key', announced(2, ['b'])],
    ['all keys', announced(2, null)],
  ])('goes to who asked before, and is not kept (%s)', async (_, step) => {
    const { find, write, lease, hold, questions, size } = cachedKeys()
    const old = write('a')
    const release = hold()
    const asked = find('a')
    while (questions.length === 0) await new Promise(setImmediate)

    const changed = write('a')
    lease.follow(step)
    const askedAfter = find('a')
    release()

    expect(await asked).toBe(old)
    expect(await askedAfter).toBe(changed)
    expect(find('a')).toBe(changed)
    expect(size()).toBe(1)
  })

  test('is not kept either when it was forgotten twice meanwhile', async () => {
    const { find, write, lease, hold, questions, size } = cachedKeys()
    write('a')
    const release = hold()
    const asked = find('a')
    while (questions.length === 0) await new Promise(setImmediate)

    lease.follow(announced(2, ['a']))
    lease.follow(announced(3, ['a']))
    release()
    await asked

    expect(size()).toBe(0)
  })

  test('is not kept as absent', async () => {
    const { find, write, lease, hold, questions } = cachedKeys()
    const release = hold()
    const asked = find('a')
    while (questions.length === 0) await new Promise(setImmediate)

    const issued = write('a')
    lease.follow(announced(2, ['b']))
    release()

    expect(await asked).toBeNull()
    expect(await find('a')).toBe(issued)
  })
})
