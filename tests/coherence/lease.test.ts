import { describe, expect, test } from '@jest/globals'
import { leaseAt, observedLease } from './observed-lease.js'
import { reading } from './positions.js'

describe('a lease', () => {
  test('is not fresh before the first reading, and knows no position', () => {
    const { lease } = observedLease()

    lease.beginHeartbeat()

    expect(lease.isFresh()).toBe(false)
    expect(lease.position()).toBeNull()
  })

  test('begins with the first reading, which has everything forgotten', () => {
    const { lease, beat, takeForgotten } = observedLease()

    beat(reading(7))

    expect(lease.isFresh()).toBe(true)
    expect(lease.position()).toEqual({ epoch: 7n, stamp: 'stamp 7' })
    expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'first_reading' }])
  })

  test.each([
    [0, true],
    [1_899, true],
    [1_900, false],
    [60_000, false],
  ])('of 2,000 ms is, %i ms after its heartbeat was sent, fresh: %s', (ageMs, fresh) => {
    const { lease, clock } = leaseAt(reading(1))

    clock.pass(ageMs)

    expect(lease.isFresh()).toBe(fresh)
  })

  test.each([
    [1_199, true],
    [1_200, false],
  ])(
    'counts from when its heartbeat was sent, not from the reply 700 ms later (%i ms on: %s)',
    (ms, fresh) => {
      const { lease, clock } = observedLease()

      const heartbeat = lease.beginHeartbeat()
      clock.pass(700)
      lease.renew(heartbeat, reading(1))
      clock.pass(ms)

      expect(lease.isFresh()).toBe(fresh)
    },
  )

  test('is not renewed by a reply that comes when the lease would be over', () => {
    const { lease, clock } = observedLease()

    const heartbeat = lease.beginHeartbeat()
    clock.pass(1_900)
    lease.renew(heartbeat, reading(1))

    expect(lease.isFresh()).toBe(false)
  })

  test('is renewed by the next heartbeat, and forgets nothing when nothing changed', () => {
    const { lease, clock, beat, takeForgotten } = leaseAt(reading(1))

    clock.pass(1_800)
    beat(reading(1))
    clock.pass(1_800)

    expect(lease.isFresh()).toBe(true)
    expect(takeForgotten()).toEqual([])
  })

  test('is regained after an outage by one heartbeat, with what was kept if nothing changed', () => {
    const { lease, clock, beat, takeForgotten } = leaseAt(reading(1))

    clock.pass(600_000)
    beat(reading(1))

    expect(lease.isFresh()).toBe(true)
    expect(takeForgotten()).toEqual([])
  })

  test('ignores the reply to a heartbeat that was given up for another', () => {
    const { lease, clock, takeForgotten } = leaseAt(reading(1))

    const givenUp = lease.beginHeartbeat()
    clock.pass(600)
    lease.beginHeartbeat()
    lease.renew(givenUp, reading(2))
    clock.pass(1_300)

    expect(lease.isFresh()).toBe(false)
    expect(lease.position()).toEqual({ epoch: 1n, stamp: 'stamp 1' })
    expect(takeForgotten()).toEqual([])
  })

  test('counts a reply once, however often it is delivered', () => {
    const { lease, takeForgotten } = leaseAt(reading(1))

    const heartbeat = lease.beginHeartbeat()
    lease.renew(heartbeat, reading(2))
    lease.renew(heartbeat, reading(1))

    expect(lease.position()).toEqual({ epoch: 2n, stamp: 'stamp 2' })
    expect(takeForgotten()).toHaveLength(1)
  })
})
