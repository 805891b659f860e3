import { CommanderError } from 'commander'
import { buildCommand, type Chosen, PROGRAM } from './build-command.js'
import { exitCodes } from './exit-code.js'
import { CliFailure, type Failure, failureOf, usageFailure } from './failure.js'
import { refuseSecrets } from './secret-argument.js'
import { ReaderGone, type Shell } from './shell.js'
import { printableJson, printableLines } from './show/printable.js'
import { verbs } from './verbs.js'

/** Runs one command line and resolves to its exit code; tells of every failure itself. */
export async function runProgram(argv: readonly string[], shell: Shell): Promise<number> {
  try {
    refuseSecrets(argv)
    const chosen = await choose(argv, shell)
    await chosen?.verb.run(chosen.given, shell)
    return exitCodes.ok.code
  } catch (error) {
    if (error instanceof ReaderGone) return exitCodes.ok.code
    const failure = failureOf(error)
    await tell(failure, argv.includes('--json'), shell)
    return exitCodes[failure.ending].code
  }
}

/** What was asked for; `null` when it was help, which has then been printed. */
async function choose(argv: readonly string[], shell: Shell): Promise<Chosen | null> {
  const [first, asked] = argv
  const isVerb = verbs.some(({ name }) => name === asked) || asked === 'help'
  if (first === 'help' && asked !== undefined && !asked.startsWith('-') && !isVerb) throw unknownVerb()
  const { command, chosen, printed, noted } = buildCommand(shell.nowMs())
  try {
    command.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw wrongArguments(error, noted(), command.args)
    await shell.print(printed().trimEnd())
  }
  return chosen()
}

function unknownVerb(): CliFailure {
  return usageFailure(`unknown command: "${PROGRAM} help" tells which there are`)
}

/** A mistyped verb; anything else in its place may be a key. */
const verbLike = /^[A-Za-z-]{1,20}$/

function wrongArguments(error: CommanderError, noted: string, args: readonly string[]): CliFailure {
  const [verb = ''] = args
  if (error.code === 'commander.unknownCommand' && !verbLike.test(verb)) {
    return unknownVerb()
  }
  // A value may be a key.
  if (error.code === 'commander.unknownOption') return usageFailure(withoutValue(noted.trimEnd()))
  if (error.code === 'commander.excessArguments' && verb === 'inspect') {
    return usageFailure(
      'inspect takes no argument: a key is read from standard input, which no history keeps.',
    )
  }
  // Without any verb there is nothing wrong to name: the help tells what there is.
  const sentence = error.code === 'commander.help' ? noted : noted.replace(/^error: /, '')
  const isTaken = error.code === 'commander.missingArgument' && args.some(isListFlag)
  const mend = isTaken ? '\nName it first: flags that take several values take all that follows.' : ''
  return new CliFailure('usage', 'usage', `${sentence.trimEnd()}${mend}`)
}

/** `unknown option '--key=sk_live_…'` without what comes after its letters. */
function withoutValue(sentence: string): string {
  const [option = ''] = /-{1,2}[A-Za-z-]{1,20}/.exec(sentence) ?? []
  const [suggestion = ''] = /\n\(Did you mean --?[a-z-]+\?\)$/.exec(sentence) ?? []
  return `unknown option '${option}'${suggestion}`
}

function isListFlag(arg: string): boolean {
  return verbs.some(({ flags }) => flags.some(({ option }) => option.variadic && option.long === arg))
}

/** Sentences quote what was typed, and lines of files. */
async function tell({ code, sentence }: Failure, asJson: boolean, shell: Shell): Promise<void> {
  await shell.note(asJson ? printableJson({ error: { code, message: sentence } }) : printableLines(sentence))
}
