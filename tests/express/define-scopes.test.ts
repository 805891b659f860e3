import { describe, expect, test } from '@jest/globals'
import { createKeyring, defineScopes } from 'express-api-keys'

const refused = (message: string) => expect.objectContaining({ code: 'invalid_option', message })
const known = 'among "orders:read", "orders:write" and the wildcards over them, such as "orders:*"'

describe('defineScopes', () => {
  const names = ['orders:read', 'orders:write'] as const
  const { scopes, requireScope, requireAnyScope } = defineScopes(names)

  test('keeps the names as they are, for nobody to change', () => {
    expect(scopes).toEqual(names)
    expect(Object.isFrozen(scopes)).toBe(true)
  })

  test('has guards for its scopes and the wildcards over them', () => {
    expect(requireScope('orders:read', 'orders:*', '*')).toBeInstanceOf(Function)
    expect(requireAnyScope('orders:write')).toBeInstanceOf(Function)
  })

  test.each([
    ['a misspelt scope', 'orders:raed'],
    ['a wildcard over none', 'order:*'],
    ['a scope of the package that was not named', 'api-keys:manage'],
  ])('makes no guard for %s', (_, scope) => {
    const guard = () => requireScope('orders:read', scope as never)

    expect(guard).toThrow(refused(`requireScope: option "scopes" must be ${known}; "${scope}" is none`))
  })

  test('makes no guard for one of several that is unknown, nor for none', () => {
    expect(() => requireAnyScope('orders:read', 'x' as never)).toThrow(
      refused(`requireAnyScope: option "scopes" must be ${known}; "x" is none`),
    )
    expect(() => requireScope()).toThrow('must name at least one scope')
    expect(() => requireScope(['orders:read'] as never)).toThrow('must be given one by one')
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'must be a list'],
    ['a text', 'orders:read', 'must be a list'],
    ['an empty list', [], 'must be a list'],
    ['a wildcard', ['orders:*'], 'scopes[0] is none'],
    ['all', ['orders:read', '*'], 'scopes[1] is none'],
    ['what is no scope', ['orders:read', 'Orders Write'], 'scopes[1] is none'],
    ['a hole', Object.assign(Array(2), { 0: 'orders:read' }), 'scopes[1] is none'],
    ['a scope twice', ['orders:read', 'orders:read'], 'names a scope twice'],
  ])('refuses %s', (_, given, sentence) => {
    expect(() => defineScopes(given as readonly string[])).toThrow(sentence)
  })

  test.each<[string, unknown]>([
    ['a list of names', ['orders:read']],
    ['no scopes', { scopes: [] }],
    ['something else', { scopes: ['Orders Read'] }],
    ['null', null],
  ])('is what createKeyring takes, and not %s', (_, given) => {
    const open = () =>
      createKeyring({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/nothing', scopes: given as never })

    expect(open).toThrow(refused('createKeyring: option "scopes" must be what defineScopes() returned'))
  })
})
