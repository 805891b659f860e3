import { describe, expect, test } from '@jest/globals'
import { leaseAt, observedLease } from './observed-lease.js'
import { announced, reading } from './positions.js'

const outOfTurn = [{ keyHashes: 'all', why: 'unexpected_announcement' }]

describe('an announced step', () => {
  test('that follows the known one has just its keys forgotten, and is known from then on', () => {
    const { lease, takeForgotten } = leaseAt(reading(1))

    lease.follow(announced(2, ['a', 'b']))

    expect(takeForgotten()).toEqual([{ keyHashes: ['a', 'b'], why: 'changed' }])
    expect(lease.position()).toEqual({ epoch: 2n, stamp: 'stamp 2' })
  })

  test('that names no keys has all of them forgotten', () => {
    const { lease, takeForgotten } = leaseAt(reading(1))

    lease.follow(announced(2, null))

    expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'changed' }])
    expect(lease.position()).toEqual({ epoch: 2n, stamp: 'stamp 2' })
  })

  test('is followed by the next, each with its own keys', () => {
    const { lease, takeForgotten } = leaseAt(reading(1))

    lease.follow(announced(2, ['a']))
    lease.follow(announced(3, ['b']))

    expect(takeForgotten().map(({ keyHashes }) => keyHashes)).toEqual([['a'], ['b']])
    expect(lease.position()).toEqual({ epoch: 3n, stamp: 'stamp 3' })
  })

  test.each([
    ['skips one that was lost', announced(3)],
    ['comes from another history', { ...announced(2), stampBefore: 'other' }],
    ['skips thousands', announced(9_999)],
  ])('that %s has everything forgotten, and nothing is known until a reading', (_, unexpected) => {
    const { lease, beat, takeForgotten } = leaseAt(reading(1))

    lease.follow(unexpected)

    expect(takeForgotten()).toEqual(outOfTurn)
    expect(lease.position()).toBeNull()
    beat(reading(3))
    expect(lease.position()).toEqual({ epoch: 3n, stamp: 'stamp 3' })
  })

  test('before the first reading has everything forgotten', () => {
    const { lease, takeForgotten } = observedLease()

    lease.follow(announced(1))

    expect(takeForgotten()).toEqual(outOfTurn)
    expect(lease.position()).toBeNull()
  })

  test.each([
    ['repeated', announced(3)],
    ['from before, delivered late', announced(2)],
    ['from long before', announced(1)],
  ])('%s drops its keys again and moves nothing', (_, old) => {
    const { lease, takeForgotten } = leaseAt(reading(1))
    lease.follow(announced(2))
    lease.follow(announced(3))
    takeForgotten()

    lease.follow(old)

    expect(takeForgotten()).toEqual([{ keyHashes: ['changed'], why: 'changed' }])
    expect(lease.position()).toEqual({ epoch: 3n, stamp: 'stamp 3' })
  })

  test('that a heartbeat has read already moves nothing, and the one after it follows', () => {
    const { lease, beat, takeForgotten } = leaseAt(reading(1))
    beat(reading(3))
    takeForgotten()

    lease.follow(announced(2, ['b']))
    lease.follow(announced(3, ['c']))
    lease.follow(announced(4, ['a']))

    expect(takeForgotten().map(({ keyHashes }) => keyHashes)).toEqual([['b'], ['c'], ['a']])
    expect(lease.position()).toEqual({ epoch: 4n, stamp: 'stamp 4' })
  })

  test('never makes a lease fresh, nor last longer', () => {
    const { lease, clock } = leaseAt(reading(1))

    clock.pass(1_800)
    lease.follow(announced(2))
    clock.pass(100)

    expect(lease.isFresh()).toBe(false)
  })

  test('that was forged hides no key of a true one', () => {
    const { lease, takeForgotten } = leaseAt(reading(1))
    lease.follow({ epoch: 10n ** 30n, stamp: 'forged', stampBefore: 'stamp 1', keyHashes: [] })
    takeForgotten()

    lease.follow(announced(2, ['revoked']))
    lease.follow(announced(3, null))

    expect(takeForgotten().map(({ keyHashes }) => keyHashes)).toEqual([['revoked'], 'all'])
  })

  test('that was forged as the next costs a flush at the next heartbeat, and hides nothing', () => {
    const { lease, beat, takeForgotten } = leaseAt(reading(1))

    lease.follow({ epoch: 10n ** 30n, stamp: 'forged', stampBefore: 'stamp 1', keyHashes: [] })
    lease.follow(announced(2, ['revoked']))
    takeForgotten()
    beat(reading(2))

    expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'missed_change' }])
    expect(lease.position()).toEqual({ epoch: 2n, stamp: 'stamp 2' })
  })
})
