import { ApiKeyError } from './errors.js'

/** A wrong option is the host's bug: it throws where the factory is called, and says which option. */
export function invalidOption(owner: string, option: string, mend: string, cause?: unknown): ApiKeyError {
  return new ApiKeyError('invalid_option', `${owner}: option "${option}" ${mend}`, { cause })
}

/** Refuses names that do not exist, so that a misspelt option cannot silently leave its default in force. */
export function refuseUnknownOptions(owner: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ApiKeyError('invalid_option', `${owner}: options must be an object`)
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw invalidOption(owner, name, `does not exist; the options are ${known.join(', ')}`)
    }
  }
  // Somebody who reaches Object.prototype must not switch on `optional` for everybody.
  for (const name of known) {
    if (name in options && !Object.hasOwn(options, name)) {
      throw invalidOption(owner, name, 'is inherited: set it on the object itself')
    }
  }
}

export function requireWholeNumber(owner: string, option: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw invalidOption(owner, option, 'must be a whole number, 1 or more')
  }
  return value
}

export function requireFunction<F>(owner: string, option: string, value: F): F {
  if (value !== undefined && typeof value !== 'function') {
    throw invalidOption(owner, option, 'must be a function')
  }
  return value
}
