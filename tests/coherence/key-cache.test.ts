import { describe, expect, test } from '@jest/globals'
import { Refusal } from '../../src/errors.js'
import { cachedKeys } from './cached-keys.js'
import { announced } from './positions.js'

describe('a key that was loaded under a fresh lease', () => {
  test('is served at once, without another question', async () => {
    const { find, write, questions } = cachedKeys()
    const a = write('a')
    await find('a')

    const served = [find('a'), find('a')]

    expect(served).toEqual([a, a])
    expect(questions).toEqual([['a']])
  })

  test('is asked for again when the lease is over, and served again when it is renewed', async () => {
    const { find, write, clock, beat, questions } = cachedKeys()
    write('a')
    await find('a')

    clock.pass(1_900)
    const withoutLease = find('a')
    await withoutLease
    beat(1)
    const withLease = find('a')

    expect(withoutLease).toBeInstanceOf(Promise)
    expect(withLease).not.toBeInstanceOf(Promise)
    expect(questions).toHaveLength(2)
  })

  test.each([
    ['just it', announced(2, ['a'])],
    ['all keys', announced(2, null)],
    ['a step that was missed', announced(3, ['other'])],
  ])('is asked for again after an announcement of %s', async (_, step) => {
    const { find, write, lease } = cachedKeys()
    write('a')
    await find('a')
    const changed = write('a')

    lease.follow(step)

    expect(await find('a')).toBe(changed)
  })

  test('stays when other keys changed', async () => {
    const { find, write, lease } = cachedKeys()
    const a = write('a')
    await find('a')

    lease.follow(announced(2, ['b', 'c']))

    expect(find('a')).toBe(a)
  })

  test('is asked for again after a heartbeat that read an unknown epoch', async () => {
    const { find, write, beat } = cachedKeys()
    write('a')
    await find('a')
    const changed = write('a')

    beat(2)

    expect(await find('a')).toBe(changed)
  })

  test('makes room for another when there are as many as may be, the least used first', async () => {
    const { find, write, size } = cachedKeys({ maxKeys: 3 })
    for (const hash of ['a', 'b', 'c', 'd']) {
      write(hash)
      await find(hash)
      find('a')
    }

    const served = ['a', 'c', 'd'].map(find)

    expect(served.some((record) => record instanceof Promise)).toBe(false)
    expect(find('b')).toBeInstanceOf(Promise)
    expect(size()).toBe(3)
  })
})

describe('a key that was loaded without a lease', () => {
  test('is not kept', async () => {
    const { find, write, beat, size } = cachedKeys({ fresh: false })
    write('a')
    await find('a')

    beat(1)

    expect(size()).toBe(0)
    expect(find('a')).toBeInstanceOf(Promise)
  })

  test('is asked for each time', async () => {
    const { find, write, questions } = cachedKeys({ fresh: false })
    write('a')

    await find('a')
    await find('a')

    expect(questions).toHaveLength(2)
  })
})

describe('a load that fails', () => {
  test('is told to all who share it, and is not kept', async () => {
    const { find, write, rows, questions } = cachedKeys()
    rows.set('a', new Refusal('corrupt_record'))

    const outcomes = await Promise.allSettled([find('a'), find('a')])
    const mended = write('a')

    expect(outcomes).toMatchObject(
      Array(2).fill({ status: 'rejected', reason: { reason: 'corrupt_record' } }),
    )
    expect(await find('a')).toBe(mended)
    expect(questions).toHaveLength(2)
  })
})
