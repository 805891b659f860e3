import { describe, expect, test } from '@jest/globals'
import { compileGrants } from '../../src/key/grants.js'
import { knownScopes } from '../../src/key/scope-definition.js'

const names = ['orders:read', 'orders:write', 'stock:shelves:read', 'health']

describe('of defined scopes', () => {
  test('each is known, and each wildcard over one', () => {
    expect(knownScopes(names).grantable).toEqual(
      ['*', 'health', 'orders:*', 'orders:read', 'orders:write'].concat(
        ...['stock:*', 'stock:shelves:*', 'stock:shelves:read'],
      ),
    )
  })

  test('what is known is what covers one', () => {
    const { has } = knownScopes(names)
    const asked = [
      '*',
      'orders:*',
      'orders',
      'order:*',
      'health:*',
      'stock:shelves',
      'stock:shelves:*',
      'orders:raed',
    ]

    const known = asked.filter(has)

    expect(known).toEqual(asked.filter((scope) => names.some(compileGrants([scope]).covers)))
    expect(known).toEqual(['*', 'orders:*', 'stock:shelves:*'])
  })

  test('many are named in part', () => {
    const many = Array.from({ length: 23 }, (_, at) => `part-${at}:read`)

    expect(knownScopes(many).form).toMatch(
      /"part-19:read", 3 more and the wildcards over them, such as "part-0:\*"$/,
    )
    expect(knownScopes(many.slice(0, 20)).form).toMatch(/"part-19:read" and the wildcards over them/)
    expect(knownScopes(['health']).form).toBe('among "health" and the wildcards over them, such as "*"')
  })
})
