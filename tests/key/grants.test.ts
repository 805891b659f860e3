import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compileGrants } from '../../src/key/grants.js'

const words = ['a', 'b']
const twoDeep = words.flatMap((word) => [word, ...words.map((next) => `${word}:${next}`)])
/** All scopes without a wildcard, one segment deeper than any scope below: deep enough to tell those apart. */
const everyAction = [...twoDeep, ...twoDeep.flatMap((scope) => words.map((word) => `${scope}:${word}`))]
const everyScope = ['*', ...twoDeep, ...twoDeep.map((scope) => `${scope}:*`)]

const someScope = fc.constantFrom(...everyScope)
const someScopes = fc.array(someScope, { maxLength: 3 })

/** What a scope means: a wildcard stands for one segment or more. */
function allows(scope: string, action: string): boolean {
  const [held, asked] = [scope.split(':'), action.split(':')]
  const fits = (segment: string, at: number) => (segment === '*' ? at < asked.length : segment === asked[at])
  return held.every(fits) && (held.at(-1) === '*' || held.length === asked.length)
}

const actionsOf = new Map(
  everyScope.map((scope) => [scope, new Set(everyAction.filter((action) => allows(scope, action)))]),
)

/** The definition itself, by trying: one held scope allows all that the required one does. */
function reallyCovers(held: readonly string[], required: string): boolean {
  const asked = [...(actionsOf.get(required) ?? [])]
  return held.some((scope) => asked.every((action) => actionsOf.get(scope)?.has(action)))
}

describe('grants', () => {
  test.each<[held: string[], required: string]>([
    [['orders:read'], 'orders:read'],
    [['orders:*'], 'orders:read'],
    [['orders:*'], 'orders:items:read'],
    [['orders:*'], 'orders:*'],
    [['orders:*'], 'orders:items:*'],
    [['*'], 'orders'],
    [['*'], 'orders:read'],
    [['*'], '*'],
    [['a:b:*', 'a:c'], 'a:b:c'],
    [['constructor'], 'constructor'],
    [['__proto__:*'], '__proto__:read'],
  ])('of %j cover %j', (held, required) => {
    expect(compileGrants(held).covers(required)).toBe(true)
  })

  test.each<[held: string[], required: string]>([
    [[], 'orders:read'],
    [[], '*'],
    [['orders:read'], 'orders'],
    [['orders:read'], 'orders:*'],
    [['orders:read'], 'orders:reader'],
    [['orders:read'], 'orders:read:all'],
    [['orders:reader'], 'orders:read'],
    [['orders'], 'orders:read'],
    [['orders:*'], 'orders'],
    [['orders:*'], 'orders-old:read'],
    [['orders:*'], '*'],
    [['orders:*'], 'my:orders:read'],
    [['a:b:*'], 'a:*'],
    [['a:b:*'], 'a:b'],
    [['a:a', 'a:b'], 'a:*'],
  ])('of %j do not cover %j', (held, required) => {
    expect(compileGrants(held).covers(required)).toBe(false)
  })

  test.each(['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'has', 'size'])(
    'do not hold %s, which every object has, unless it was granted',
    (name) => {
      const { covers } = compileGrants(['orders:*'])

      expect([covers(name), covers(`${name}:read`), compileGrants([]).covers(name)]).not.toContain(true)
    },
  )

  test.each(['__proto__', 'constructor', 'prototype'])('of %s alone grant nothing else', (name) => {
    const { covers } = compileGrants([name])

    expect(['orders:read', '*', `${name}:read`, 'a'].filter(covers)).toEqual([])
  })

  test('do not change with the list that they were made of', () => {
    const held = ['orders:read']

    const grants = compileGrants(held)
    held.push('*')

    expect(grants.covers('orders:write')).toBe(false)
    expect(Object.isFrozen(grants)).toBe(true)
  })

  test('cover exactly what the scopes mean', () => {
    const answers = { covered: 0, refused: 0 }

    const agrees = fc.property(someScopes, someScope, (held, required) => {
      const covered = compileGrants(held).covers(required)
      answers[covered ? 'covered' : 'refused'] += 1
      return covered === reallyCovers(held, required)
    })

    fc.assert(agrees, { numRuns: 100_000 })
    expect(answers.covered).toBeGreaterThan(10_000)
    expect(answers.refused).toBeGreaterThan(10_000)
  })

  test('that cover grants cover all that those cover', () => {
    let chains = 0
    const coverAll = (held: readonly string[], required: readonly string[]) =>
      required.every(compileGrants(held).covers)

    const isTransitive = fc.property(someScopes, someScopes, someScope, (one, two, three) => {
      if (!coverAll(one, two) || !coverAll(two, [three])) return true
      chains += 1
      return coverAll(one, [three])
    })

    fc.assert(isTransitive, { numRuns: 20_000 })
    expect(chains).toBeGreaterThan(500)
  })
})
