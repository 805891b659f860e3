import { describe, expect, test } from '@jest/globals'
import { isScope, isScopeList } from '../../src/key/scope.js'

describe('a scope', () => {
  test.each([
    'a',
    '7',
    '-',
    '_',
    'orders',
    'orders:read',
    'orders:*',
    'orders:items:*',
    '*',
    'a-b:c_d:9',
    'constructor',
    '__proto__:read',
    `${'ab:'.repeat(66)}cd`,
    'a'.repeat(200),
  ])('may be %j', (scope) => {
    expect(isScope(scope)).toBe(true)
  })

  test.each([
    '',
    ':',
    '::',
    'orders:',
    ':read',
    ':*',
    'orders::read',
    'orders:re*d',
    'orders:re*',
    'orders:**',
    'orders*',
    '**',
    '*:',
    '*:*',
    '*:read',
    'orders:*:x',
    'orders:*:',
    'Orders:read',
    'orders:READ',
    'toString',
    'orders.read',
    'orders/read',
    'orders,read',
    'orders:read orders:write',
    ' orders:read',
    'orders:read ',
    'orders: read',
    'orders:read\n',
    '\norders:read',
    'orders:read\r\n',
    'orders:read\0',
    'orders\t:read',
    '"orders:read"',
    'orders:read\u200b',
    '\ufefforders:read',
    'orders:re\u00adad',
    '\u043erders:read',
    'orders\uff1aread',
    'orders:\uff52ead',
    'orders:\u0661',
    'caf\u00e9:read',
    'orders:\ud800',
    'orders:\u2217',
    'a'.repeat(201),
    `${'a:'.repeat(100)}*`,
    ':'.repeat(100_000),
  ])('may not be %j', (scope) => {
    expect(isScope(scope)).toBe(false)
  })

  test.each<[kind: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['true', true],
    ['a list with a scope', ['orders:read']],
    ['an object that reads as a scope', { toString: () => 'orders:read', length: 11 }],
    ['a String object', Object('orders:read')],
    ['a symbol', Symbol('orders:read')],
  ])('may not be %s', (_, value) => {
    expect(isScope(value)).toBe(false)
  })
})

describe('a list of scopes', () => {
  test.each<[kind: string, value: unknown]>([
    ['empty', []],
    ['one scope', ['orders:read']],
    ['a scope twice', ['orders:read', 'orders:read']],
    ['100 scopes', Array.from({ length: 100 }, (_, n) => `scope-${n}`)],
  ])('may be %s', (_, value) => {
    expect(isScopeList(value)).toBe(true)
  })

  test.each<[kind: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a scope by itself', 'orders:read'],
    ['an object like a list', { 0: 'orders:read', length: 1 }],
    ['a set', new Set(['orders:read'])],
    ['a list with a bad scope', ['orders:read', 'Orders:read']],
    ['a list with null', ['orders:read', null]],
    ['a list with undefined', [undefined]],
    ['a list with a hole', new Array(1)],
    ['a list in a list', [['orders:read']]],
    ['101 scopes', Array.from({ length: 101 }, (_, n) => `scope-${n}`)],
  ])('may not be %s', (_, value) => {
    expect(isScopeList(value)).toBe(false)
  })
})
