import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { CliFailure, usageFailure } from './failure.js'
import type { Shell } from './shell.js'

/** Where a new secret goes: made ready before the key is, so that no key is issued whose secret has no place. */
export interface SecretPlace {
  /** `undefined` for standard output. */
  readonly file: string | undefined
  /** A text that holds the secret. Where it rejects, nobody has the secret, and it exists nowhere any more. */
  deliver(text: string): Promise<void>
  /** When there will be no secret; leaves nothing behind. */
  abandon(): void
}

export function openSecretPlace(file: string | undefined, shell: Shell): SecretPlace {
  return file === undefined ? standardOutput(shell) : newFile(file, shell)
}

function standardOutput(shell: Shell): SecretPlace {
  return {
    file: undefined,
    deliver: shell.print,
    abandon() {},
  }
}

function newFile(file: string, shell: Shell): SecretPlace {
  const descriptor = open(file)
  const abandon = () => rmSync(file, { force: true })
  const forget = shell.onInterrupt(abandon)
  return {
    file,
    async deliver(text) {
      forget()
      try {
        // Unlike `writeSync`, which may write a part.
        writeFileSync(descriptor, `${text}\n`)
        fsyncSync(descriptor)
        closeSync(descriptor)
      } catch (error) {
        abandon()
        throw error
      }
    },
    abandon() {
      forget()
      closeSync(descriptor)
      abandon()
    },
  }
}

/** `wx` also refuses a symbolic link, wherever it leads. */
function open(file: string): number {
  try {
    return openSync(file, 'wx', 0o600)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') {
      throw new CliFailure(
        'conflict',
        'file_exists',
        'The file of --secret-file exists already: name a new one.',
      )
    }
    if (code === 'ENOENT') throw usageFailure('The folder of --secret-file does not exist.')
    throw usageFailure(`The file of --secret-file cannot be made (${String(code)}).`)
  }
}
