import { describe, expect, test } from '@jest/globals'
import { changesBetween } from '../../src/key/audit-event.js'

const record = { name: 'CI', scopes: ['a'], expiresAt: new Date(0), metadata: { a: 1, b: { c: 2, d: 3 } } }

describe('what the trail tells of a change', () => {
  test('are the fields that differ, as they were and as they are', () => {
    const changes = changesBetween(record, { name: 'CD', scopes: ['a'], expiresAt: null })

    expect(changes).toEqual({
      before: { name: 'CI', expiresAt: '1970-01-01T00:00:00.000Z' },
      after: { name: 'CD', expiresAt: null },
    })
  })

  test.each([
    ['nothing named', {}],
    ['the same time', { expiresAt: new Date(0) }],
    ['the same content in another order', { metadata: { b: { d: 3, c: 2 }, a: 1 } }],
  ])('is nothing for %s', (_, after) => {
    expect(changesBetween(record, after)).toBeNull()
  })

  test('tells lists apart by their order', () => {
    expect(changesBetween({ scopes: ['a', 'b'] }, { scopes: ['b', 'a'] })).not.toBeNull()
  })
})
