import { describe, expect, test } from '@jest/globals'
import type { Lease } from '../../src/coherence/lease.js'
import { leaseAt, observedLease } from './observed-lease.js'
import { announced, reading } from './positions.js'

const all = (why: string) => [{ keyHashes: 'all', why }]

describe('a reading', () => {
  test.each([
    ['further on', reading(3)],
    ['of an earlier epoch, as after a failover', reading(1)],
    ['of the same epoch with another stamp, as from another history', { ...reading(2), stamp: 'other' }],
  ])('that is %s has everything forgotten, and is known from then on', (_, unknown) => {
    const { lease, beat, takeForgotten } = leaseAt(reading(2))

    beat(unknown)

    expect(takeForgotten()).toEqual(all('missed_change'))
    expect(lease.position()).toEqual({ epoch: unknown.epoch, stamp: unknown.stamp })
    expect(lease.isFresh()).toBe(true)
  })

  test('from before a step that was announced meanwhile renews the lease and changes nothing', () => {
    const { lease, clock, takeForgotten } = leaseAt(reading(1))
    clock.pass(1_800)

    const heartbeat = lease.beginHeartbeat()
    lease.follow(announced(2))
    takeForgotten()
    lease.renew(heartbeat, reading(1))
    clock.pass(1_800)

    expect(lease.isFresh()).toBe(true)
    expect(lease.position()).toEqual({ epoch: 2n, stamp: 'stamp 2' })
    expect(takeForgotten()).toEqual([])
  })

  test('from between two steps that were announced meanwhile changes nothing either', () => {
    const { lease, takeForgotten } = leaseAt(reading(1))

    const heartbeat = lease.beginHeartbeat()
    lease.follow(announced(2))
    lease.follow(announced(3))
    takeForgotten()
    lease.renew(heartbeat, reading(2))

    expect(takeForgotten()).toEqual([])
  })

  test('of a position that was passed before its heartbeat was sent is a step back, and flushes', () => {
    const { lease, beat, takeForgotten } = leaseAt(reading(1))

    lease.follow(announced(2))
    takeForgotten()
    beat(reading(1))

    expect(takeForgotten()).toEqual(all('missed_change'))
  })

  test('that arrives after a doubt flushes, although its position was known when it was asked for', () => {
    const { lease, takeForgotten } = leaseAt(reading(1))

    const heartbeat = lease.beginHeartbeat()
    lease.doubt('reconnected')
    takeForgotten()
    lease.renew(heartbeat, reading(1))

    expect(takeForgotten()).toEqual(all('first_reading'))
  })
})

describe('a doubt', () => {
  test('has everything forgotten, and nothing is known until a new reading', () => {
    const { lease, beat, takeForgotten } = leaseAt(reading(1))

    lease.doubt('reconnected')

    expect(takeForgotten()).toEqual(all('reconnected'))
    expect(lease.position()).toBeNull()
    beat(reading(1))
    expect(lease.position()).toEqual({ epoch: 1n, stamp: 'stamp 1' })
    expect(takeForgotten()).toEqual(all('first_reading'))
  })

  test('makes every announcement another doubt, until a new reading', () => {
    const { lease, takeForgotten } = leaseAt(reading(1))
    lease.doubt('reconnected')
    takeForgotten()

    lease.follow(announced(2, ['a']))
    lease.follow(announced(3, ['b']))

    expect(takeForgotten()).toEqual([...all('unexpected_announcement'), ...all('unexpected_announcement')])
  })

  test('does not make a lease last longer', () => {
    const { lease, clock } = leaseAt(reading(1))

    clock.pass(1_800)
    lease.doubt('reconnected')
    clock.pass(100)

    expect(lease.isFresh()).toBe(false)
  })
})

describe('the generation', () => {
  test.each<[string, (lease: Lease) => void]>([
    ['a step for some keys', (lease) => lease.follow(announced(2, ['a']))],
    ['a step for all keys', (lease) => lease.follow(announced(2, null))],
    ['a step for no key', (lease) => lease.follow(announced(2, []))],
    ['a step out of turn', (lease) => lease.follow(announced(9))],
    ['a doubt', (lease) => lease.doubt('reconnected')],
    ['an unknown reading', (lease) => lease.renew(lease.beginHeartbeat(), reading(2))],
  ])('grows with %s', (_, happen) => {
    const { lease } = leaseAt(reading(1))
    const before = lease.generation()

    happen(lease)

    expect(lease.generation()).toBeGreaterThan(before)
  })

  test('grows with the first reading', () => {
    const { lease, beat } = observedLease()
    const before = lease.generation()

    beat(reading(1))

    expect(lease.generation()).toBeGreaterThan(before)
  })

  test('never comes back to what it was, and stays while nothing is forgotten', () => {
    const { lease, beat, takeForgotten } = leaseAt(reading(0))
    const seen = [lease.generation()]
    takeForgotten()

    for (let step = 1; step <= 50; step += 1) {
      if (step % 3 === 0) lease.follow(announced(step))
      beat(reading(step))
      beat(reading(step))
      seen.push(lease.generation())
    }

    expect(new Set(seen).size).toBe(51)
    expect(takeForgotten()).toHaveLength(50)
  })
})
