import { METHODS } from 'node:http'
import { factsOf } from '../handler-facts.js'
import { type Encounter, handlesErrors } from './encounter.js'
import type { Layer, Route } from './layers.js'

/** One method of a route, with what a request meets in the route itself before the last handler that answers. */
export interface RouteMethod {
  /** In capitals; `*` for all. */
  readonly method: string
  readonly meets: readonly Encounter[]
}

export function methodsOf({ layers }: Route): readonly RouteMethod[] {
  const methods = [...new Set(layers.map(({ method }) => method))].flatMap((method) => {
    const handlers = layers.filter((layer) => layer.method === undefined || layer.method === method)
    // Of a guard for all methods alone, nobody gets an answer.
    const last = handlers.findLastIndex((layer) => layer.method === method && answers(layer))
    if (last === -1) return []
    const meets = encountersOf(handlers.slice(0, last + 1))
    return { method: method === undefined ? '*' : String(method).toUpperCase(), meets }
  })
  return asOne(methods) ?? methods
}

function encountersOf(way: readonly Layer[]): readonly Encounter[] {
  const lastForErrors = way.findLastIndex(handlesErrors)
  return way.flatMap(({ handle }, at) => {
    const facts = factsOf(handle)
    return facts === undefined ? [] : [{ facts, isSkippable: at < lastForErrors }]
  })
}

function answers({ handle }: Layer): boolean {
  const isForErrors = handle.length > 3
  const facts = factsOf(handle)
  return !isForErrors && (facts === undefined || facts.kind === 'authorizes')
}

/** `app.all()` is written out, method by method, where `router.all()` is not. */
function asOne(methods: readonly RouteMethod[]): readonly RouteMethod[] | null {
  const [first] = methods
  if (first === undefined || methods.length < METHODS.length) return null
  const { meets } = first
  const isAlike = (other: RouteMethod) =>
    other.meets.length === meets.length && other.meets.every((each, at) => isSame(each, meets[at]))
  return methods.every(isAlike) ? [{ method: '*', meets }] : null
}

function isSame(one: Encounter, other: Encounter | undefined): boolean {
  return one.facts === other?.facts && one.isSkippable === other.isSkippable
}
