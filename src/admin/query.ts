import { RequestProblem } from './problem.js'

/**
 * The parameters of a request's URL, each a text. Not what Express leaves in `req.query`: that depends on settings, and
 * can hold lists and objects.
 */
export function readQuery(url: string): Readonly<Record<string, string>> {
  const at = url.indexOf('?')
  const parameters = [...new URLSearchParams(at === -1 ? '' : url.slice(at))]
  const repeated = parameters.find(
    ([name], index) => parameters.findIndex(([other]) => other === name) !== index,
  )
  if (repeated !== undefined) {
    throw new RequestProblem('invalid_input', [{ field: repeated[0], message: 'must be given once' }])
  }
  return Object.fromEntries(parameters)
}
