import { describe, expect, test } from '@jest/globals'
import { cachedKeys } from './cached-keys.js'

describe('a key that does not exist', () => {
  test.each([
    [0, false],
    [999, false],
    [1_000, true],
  ])('is, %i ms after it was asked for, asked for again: %s', async (ms, again) => {
    const { find, clock } = cachedKeys()
    await find('unknown')

    clock.pass(ms)

    expect(find('unknown') instanceof Promise).toBe(again)
  })

  test('is remembered from when the question was sent, not from when it was answered', async () => {
    const { find, clock, hold, questions } = cachedKeys()
    const release = hold()
    const asked = find('unknown')
    while (questions.length === 0) await new Promise(setImmediate)
    clock.pass(600)
    release()
    await asked

    clock.pass(399)
    const remembered = find('unknown')
    clock.pass(1)
    const askedAgain = find('unknown')

    expect(remembered).toBeNull()
    expect(askedAgain).toBeInstanceOf(Promise)
  })

  test('is remembered without a lease too, and not longer', async () => {
    const { find, clock } = cachedKeys({ fresh: false })
    await find('unknown')

    const remembered = find('unknown')
    clock.pass(1_000)

    expect(remembered).toBeNull()
    expect(find('unknown')).toBeInstanceOf(Promise)
  })

  test('passes a second after it was issued, at the latest', async () => {
    const { find, clock, write } = cachedKeys()
    await find('a')
    const issued = write('a')

    clock.pass(1_000)
    await find('a')

    expect(find('a')).toBe(issued)
  })

  test('is asked for again after everything was forgotten', async () => {
    const { find, lease } = cachedKeys()
    await find('unknown')

    lease.doubt('reconnected')

    expect(find('unknown')).toBeInstanceOf(Promise)
  })
})

describe('100,000 keys that do not exist', () => {
  test('push out no good key, and only the last 10,000 are remembered', async () => {
    const { find, write, size } = cachedKeys({ maxKeys: 100 })
    const good = Array.from({ length: 100 }, (_, n) => `good ${n}`)
    good.forEach(write)
    await Promise.all(good.map(find))

    for (let begin = 0; begin < 100_000; begin += 10_000) {
      await Promise.all(Array.from({ length: 10_000 }, (_, n) => find(`junk ${begin + n}`)))
    }

    const isKnown = (hash: string) => !(find(hash) instanceof Promise)
    expect(good.every(isKnown)).toBe(true)
    expect(size()).toBe(100)
    expect([90_000, 99_999].map((n) => isKnown(`junk ${n}`))).toEqual([true, true])
    expect([0, 50_000, 89_999].map((n) => isKnown(`junk ${n}`))).toEqual([false, false, false])
  })

  test('at once are a few hundred questions, and leave nothing open', async () => {
    const { find, settled, questions } = cachedKeys()

    await Promise.all(Array.from({ length: 100_000 }, (_, n) => find(`junk ${n}`)))

    expect(questions).toHaveLength(200)
    await expect(settled()).resolves.toEqual([])
  })
})
