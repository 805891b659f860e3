import { RequestProblem } from './problem.js'

const MAX_DEPTH = 40

/**
 * Refuses what parsers let pass and others stumble on: the name `__proto__`, anywhere, which whoever copies an object
 * name by name takes for its prototype; and nesting so deep that it breaks what walks it.
 */
export function refuseUnsafeJson(body: unknown): void {
  let level = [body]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw invalidBody(`must be nested at most ${MAX_DEPTH} deep`)
    const objects = level.filter((value) => typeof value === 'object' && value !== null)
    if (objects.some((value) => Object.hasOwn(value, '__proto__'))) {
      throw invalidBody('must not have the name "__proto__"')
    }
    level = objects.flatMap((value): unknown[] => Object.values(value))
  }
}

export function invalidBody(message: string): RequestProblem {
  return new RequestProblem('invalid_input', [{ field: 'body', message }])
}
