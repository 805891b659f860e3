import type { Flag, Given, Positional } from './given.js'
import type { Shell } from './shell.js'

/** What every verb is to the program. */
export interface Verb {
  readonly name: string
  readonly summary: string
  /** What its help tells beside its flags. */
  readonly details?: string
  readonly positionals: readonly Positional<unknown>[]
  readonly flags: readonly Flag<unknown>[]
  /** Command lines, without the name of the program. */
  readonly examples: readonly string[]
  readonly run: (given: Given, shell: Shell) => Promise<void>
}

interface Written<Input> extends Omit<Verb, 'run'> {
  /** Reads all that was given, before anything is done. */
  readonly parse: (given: Given) => Input
  readonly run: (input: Input, shell: Shell) => Promise<void>
}

export function defineVerb<Input>({ parse, run, ...verb }: Written<Input>): Verb {
  return { ...verb, run: async (given, shell) => run(parse(given), shell) }
}
