import { isRegExp } from 'node:util/types'
import { ApiKeyError } from '../../errors.js'
import { isObject, type Layer } from './layers.js'

/**
 * The paths that a layer was mounted at. A regular expression is its own text, in brackets. Throws `unprotected_route` where Express
 * has kept nothing of them.
 */
export function mountPathsOf(layer: Layer): readonly string[] {
  const { rawPath, slash, regexp, keys } = layer
  if (slash === true) return ['/']
  if (rawPath !== undefined) return pathTexts(rawPath)
  if (isRegExp(regexp)) return pathsOfRegexp(regexp, keys)
  throw new ApiKeyError(
    'unprotected_route',
    'auditRoutes: this version of Express keeps no mount paths, so nobody knows where routes stand. Its package "router" does since 2.3.0: run "npm update router".',
  )
}

/** What was given as a path: one, or a list of them, which may hold lists. */
export function pathTexts(path: unknown): readonly string[] {
  const paths: unknown[] = Array.isArray(path) ? path.flat(Infinity) : [path]
  return paths.map((each) => (isRegExp(each) ? inBrackets(each) : String(each)))
}

// Express 4 makes `/t/:id` to /^\/t\/(?:([^\/]+?))\/?(?=\/|$)/i, and joins those of a list by a bar.
const wholeMount = /^\^(.*?)(?:\\\/\?)?\(\?=\\\/\|\$\)$/
const parameter = /\(\?:\\\/\(\[\^\\?\/\]\+\?\)\)/
const literal = /^(?:[^\\^$.|?*+()[\]{}]|\\[/.])*$/

/** So that no text of a path reads the same. */
function inBrackets(regexp: RegExp): string {
  return `(${regexp})`
}

function pathsOfRegexp(regexp: RegExp, keys: unknown): readonly string[] {
  const names = Array.isArray(keys) ? keys.map((key) => (isObject(key) && 'name' in key ? key.name : '')) : []
  const paths = regexp.source.split(/\|(?=\^)/).map((source) => toPath(source, names))
  return paths.every((path) => path !== null) ? paths : [inBrackets(regexp)]
}

/** `null` for what was no plain path, with whole segments for parameters. */
function toPath(source: string, names: unknown[]): string | null {
  const mount = wholeMount.exec(source)?.[1]
  if (mount === undefined) return null
  const parts = mount.split(parameter)
  if (!parts.every((part) => literal.test(part))) return null
  const path = parts
    .map((part) => part.replaceAll(/\\(.)/g, '$1'))
    .reduce((before, part) => `${before}/:${names.shift()}${part}`)
  return path === '' ? '/' : path
}
