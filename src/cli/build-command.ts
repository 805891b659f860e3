import { Command } from 'commander'
import { exitCodesText } from './exit-code.js'
import type { Given } from './given.js'
import { packageVersion } from './package-files.js'
import type { Verb } from './verb.js'
import { verbs } from './verbs.js'

export const PROGRAM = 'express-api-keys'

const DESCRIPTION = `Manages the API keys of an application in its database.

Results go to standard output, all else to standard error; with --json both are JSON.`

const ENVIRONMENT = `Environment:
  DATABASE_URL                  the database: postgresql://user:password@host:5432/database
  NO_COLOR                      no colours, also on a terminal
  PRISMA_SCHEMA_ENGINE_BINARY   for migrate: the engine that the prisma CLI runs`

export interface Chosen {
  readonly verb: Verb
  readonly given: Given
}

export interface BuiltCommand {
  /** Parsing it throws `CommanderError` for help and for wrong arguments. */
  readonly command: Command
  readonly chosen: () => Chosen | null
  /** What parsing wanted to print, on standard output and on standard error. */
  readonly printed: () => string
  readonly noted: () => string
}

/** The command line's grammar. Parsing it only chooses: nothing has been done yet when it ends. */
export function buildCommand(nowMs: number): BuiltCommand {
  let chosen: Chosen | null = null
  let printed = ''
  let noted = ''
  const command = new Command(PROGRAM)
    .description(DESCRIPTION)
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [verb]', 'print the help of a verb')
    .addHelpText('after', `\n${ENVIRONMENT}\n\n${exitCodesText()}`)
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        printed += text
      },
      writeErr: (text) => {
        noted += text
      },
    })

  for (const verb of verbs) {
    addVerb(command, verb, (given) => {
      chosen = { verb, given: { ...given, nowMs } }
    })
  }
  return { command, chosen: () => chosen, printed: () => printed, noted: () => noted }
}

function addVerb(program: Command, verb: Verb, choose: (given: Omit<Given, 'nowMs'>) => void): void {
  const command = program.command(verb.name).summary(verb.summary).description(describe(verb))
  for (const { argument } of verb.positionals) command.addArgument(argument)
  for (const { option } of verb.flags) command.addOption(option)
  command.usage(usageOf(verb))
  command.addHelpText(
    'after',
    `\nExamples:\n${verb.examples.map((line) => `  $ ${PROGRAM} ${line}`).join('\n')}`,
  )
  command.action(() => {
    refuseMissing(command, verb.flags)
    const entries = verb.positionals.map(({ argument }, at) => [argument.name(), command.args[at]] as const)
    choose({ flags: command.opts(), positionals: Object.fromEntries(entries) })
  })
}

function usageOf({ positionals, flags }: Verb): string {
  const required = flags.filter(({ isRequired }) => isRequired).map(({ option }) => option.flags)
  const named = positionals.map(({ argument }) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  )
  return [...named, ...required, '[options]'].join(' ')
}

/** All of them at once: commander's own check stops at the first. */
function refuseMissing(command: Command, flags: Verb['flags']): void {
  const missing = flags.filter(
    ({ option, isRequired }) => isRequired && command.getOptionValue(option.attributeName()) === undefined,
  )
  if (missing.length === 0) return
  const named = missing.map(({ option }) => `'${option.flags}'`).join(', ')
  command.error(`required option${missing.length === 1 ? '' : 's'} ${named} not specified`)
}

function describe({ summary, details }: Verb): string {
  return details === undefined ? summary : `${summary}\n\n${details}`
}
