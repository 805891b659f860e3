import { isRegExp } from 'node:util/types'
import { ApiKeyError } from '../../errors.js'
import { isObject, type Layer, type Route, type Stack } from './layers.js'
import { type Path, patternOfRegExp, segmentsOf } from './path.js'

const root: Path = { text: '/', segments: [], isCaseSensitive: false, takesSlash: false }

/** The paths that a layer was mounted at. Throws `unprotected_route` where Express has kept nothing of them. */
export function mountPathsOf(layer: Layer, { isCaseSensitive }: Stack): readonly Path[] {
  const { rawPath, regexp, keys } = layer
  if (isForAll(layer)) return [root]
  if (rawPath !== undefined) return pathsOf(rawPath, isCaseSensitive)
  if (isRegExp(regexp)) return pathsOfRegexp(regexp, keys)
  throw new ApiKeyError(
    'unprotected_route',
    'auditRoutes: this version of Express keeps no mount paths, so nobody knows where routes stand. Its package "router" does since 2.3.0: run "npm update router".',
  )
}

export function routePathsOf(
  { regexp }: Layer,
  { path }: Route,
  { isCaseSensitive }: Stack,
): readonly Path[] {
  return pathsOf(path, isRegExp(regexp) ? !regexp.ignoreCase : isCaseSensitive)
}

/** What was given as a path: one, or a list of them, which may hold lists. */
function pathsOf(given: unknown, isCaseSensitive: boolean): readonly Path[] {
  const paths: unknown[] = Array.isArray(given) ? given.flat(Infinity) : [given]
  return paths.map((each) => {
    if (isRegExp(each)) return patternOfRegExp(each)
    const text = String(each)
    // In a list, Express 5 takes the root for an empty segment, which `/x` does not begin with.
    const segments = segmentsOf(text === '/' ? text : text.replace(/\/+$/, ''))
    return { text, segments, isCaseSensitive, takesSlash: false }
  })
}

// Express 4 makes `/t/:id` to /^\/t\/(?:([^\/]+?))\/?(?=\/|$)/i, and joins those of a list by a bar.
const wholeMount = /^\^(.*?)(?:\\\/\?)?\(\?=\\\/\|\$\)$/
const parameter = /\(\?:\\\/\(\[\^\\?\/\]\+\?\)\)/
const literal = /^(?:[^\\^$.|?*+()[\]{}:]|\\[/.])*$/

/** Whether Express lets all pass, without a look at the path: Express 5 by the one, Express 4 by the other. */
export function isForAll({ slash, regexp }: Layer): boolean {
  return slash === true || (isRegExp(regexp) && 'fast_slash' in regexp && regexp.fast_slash === true)
}

function pathsOfRegexp(regexp: RegExp, keys: unknown): readonly Path[] {
  // Another flag was given by the application, and some make it match but now and then.
  if (!['', 'i'].includes(regexp.flags)) return [patternOfRegExp(regexp)]
  const names = Array.isArray(keys) ? keys.map((key) => (isObject(key) && 'name' in key ? key.name : '')) : []
  const texts = regexp.source.split(/\|(?=\^)/).map((source) => toText(source, names))
  if (!texts.every((text) => text !== null)) return [patternOfRegExp(regexp)]
  return texts.map((text) => ({
    text: text === '' ? '/' : text,
    segments: segmentsOf(text),
    isCaseSensitive: !regexp.ignoreCase,
    takesSlash: true,
  }))
}

/** `null` for what was no plain path, with whole segments for parameters. */
function toText(source: string, names: unknown[]): string | null {
  const mount = wholeMount.exec(source)?.[1]
  if (mount === undefined) return null
  const parts = mount.split(parameter)
  if (!parts.every((part) => literal.test(part))) return null
  return parts
    .map((part) => part.replaceAll(/\\(.)/g, '$1'))
    .reduce((before, part) => `${before}/:${names.shift()}${part}`)
}
