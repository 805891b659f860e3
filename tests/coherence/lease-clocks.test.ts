import { describe, expect, test } from '@jest/globals'
import { leaseAt, observedLease } from './observed-lease.js'
import { reading } from './positions.js'
import type { SettableClock } from './settable-clock.js'

const TEN_MINUTES_MS = 600_000

const jumps: [string, (clock: SettableClock) => void][] = [
  ['was set forward', (clock) => clock.set(TEN_MINUTES_MS)],
  ['was set back', (clock) => clock.set(-TEN_MINUTES_MS)],
  ['was set by 101 ms', (clock) => clock.set(101)],
  ['went on while the machine slept', (clock) => clock.sleep(30_000)],
]

describe.each(jumps)('a time of day that %s', (_, jump) => {
  test('ends the lease when the next decision is made', () => {
    const { lease, clock } = leaseAt(reading(1))

    jump(clock)

    expect(lease.isFresh()).toBe(false)
  })

  test('has everything forgotten when the next heartbeat is sent, which renews the lease', () => {
    const { lease, clock, takeForgotten } = leaseAt(reading(1))
    const generation = lease.generation()

    jump(clock)
    const heartbeat = lease.beginHeartbeat()

    expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'clock_jumped' }])
    expect(lease.generation()).toBeGreaterThan(generation)
    expect(lease.isFresh()).toBe(false)
    lease.renew(heartbeat, reading(1))
    expect(lease.isFresh()).toBe(true)
    expect(takeForgotten()).toEqual([])
  })

  test('while a heartbeat is on its way makes its reply worthless', () => {
    const { lease, clock, takeForgotten } = leaseAt(reading(1))

    const heartbeat = lease.beginHeartbeat()
    jump(clock)
    lease.renew(heartbeat, reading(1))

    expect(lease.isFresh()).toBe(false)
    lease.beginHeartbeat()
    expect(takeForgotten()).toEqual([{ keyHashes: 'all', why: 'clock_jumped' }])
  })

  test('while the first heartbeat is on its way begins no lease', () => {
    const { lease, clock } = observedLease()

    const heartbeat = lease.beginHeartbeat()
    jump(clock)
    lease.renew(heartbeat, reading(1))

    expect(lease.isFresh()).toBe(false)
  })
})

test('clocks that part by 100 ms are those of any process', () => {
  const { lease, clock, takeForgotten } = leaseAt(reading(1))

  clock.pass(1_000)
  clock.set(-100)
  lease.beginHeartbeat()

  expect(lease.isFresh()).toBe(true)
  expect(takeForgotten()).toEqual([])
})

test('a sleep too short to be noticed is still within the lease: what is served then is 2,000 ms old at most', () => {
  const { lease, clock } = leaseAt(reading(1))
  const sentAt = clock.wallMs()

  clock.sleep(100)
  clock.pass(1_899)

  expect(lease.isFresh()).toBe(true)
  expect(clock.wallMs() - sentAt).toBeLessThan(2_000)
})

describe('the time by which expiry is judged', () => {
  test.each([
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ])('is the database’s under a lease, although its clock is an hour %s', (_, aheadMs) => {
    const { lease, clock } = observedLease()
    const databaseMs = () => clock.wallMs() + aheadMs

    const heartbeat = lease.beginHeartbeat()
    clock.pass(40)
    const answer = reading(1, databaseMs())
    clock.pass(40)
    lease.renew(heartbeat, answer)
    clock.pass(1_000)

    // Later by what the heartbeat took, at most: a key never passes after its end.
    expect(lease.freshMs()).toBe(databaseMs() + 40)
  })

  test.each([
    ['before the first reading', () => {}],
    [
      'after the lease ended',
      ({ lease, clock }: ReturnType<typeof observedLease>) => {
        lease.renew(lease.beginHeartbeat(), reading(1, clock.wallMs() + 3_600_000))
        clock.pass(1_900)
      },
    ],
  ])('is unknown %s, and comes with what is loaded', (_, happen) => {
    const observed = observedLease()

    happen(observed)

    expect(observed.lease.freshMs()).toBeNull()
  })
})
