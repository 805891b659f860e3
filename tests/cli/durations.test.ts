import { describe, expect, test } from '@jest/globals'
import { readDuration } from '../../src/cli/read/duration.js'
import { readInstant } from '../../src/cli/read/instant.js'

const HOUR_MS = 3_600_000
const now = Date.parse('2026-11-23T12:00:00Z')

describe('a duration', () => {
  test.each([
    ['90d', 90 * 24 * HOUR_MS],
    ['12h', 12 * HOUR_MS],
    ['30m', HOUR_MS / 2],
    ['2w', 14 * 24 * HOUR_MS],
    ['45s', 45_000],
    ['001h', HOUR_MS],
  ])('reads %s', (text, ms) => {
    expect(readDuration(text)).toBe(ms)
  })

  test.each([
    ...['', '90', 'd', '0d', '-1d', '1.5h', '1e3d', '90 d', ' 90d', '90d\n', '90D', '90days', '1h30m'],
    ...['1234567890d', '٣d', 'P90D', 'Infinityd', '1mo', '1y', 'constructor'],
  ])('refuses %j', (text) => {
    expect(readDuration(text)).toBeNull()
  })
})

describe('an instant', () => {
  test.each([
    ['90d', '2027-02-21T12:00:00.000Z'],
    ['12h', '2026-11-24T00:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2027-01-31T12:30Z', '2027-01-31T12:30:00.000Z'],
    ['2027-01-31T12:30:15.250Z', '2027-01-31T12:30:15.250Z'],
    ['2027-01-31T12:30:00+02:00', '2027-01-31T10:30:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(readInstant(text, now)?.toISOString()).toBe(iso)
  })

  test.each([
    ...['', 'tomorrow', '2027', '2027-01', '2027-1-31', '31.01.2027', '01/31/2027', '20270131'],
    ...['2027-02-29', '2027-02-31', '2027-13-01', '2027-00-10', '2027-04-31', '0000-00-00'],
    // Which instant is meant would depend on the machine.
    ...['2027-01-31T12:30', '2027-01-31T12:30:00', '2027-01-31 12:30:00Z', '2027-01-31T12:30:00 Z'],
    ...['2027-01-31T25:00Z', '2027-01-31T12:60Z', '2027-01-31T12:30+99:99', '2027-01-31Z', '+012027-01-31'],
    ...['999999999w', '2027-01-31\n'],
  ])('refuses %j', (text) => {
    expect(readInstant(text, now)).toBeNull()
  })
})
