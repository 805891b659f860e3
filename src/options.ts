import { ApiKeyError } from './errors.js'

/** A wrong option is the host's bug: it throws where the factory is called, and says which option. */
export function invalidOption(factory: string, option: string, mend: string, cause?: unknown): ApiKeyError {
  return new ApiKeyError('invalid_option', `${factory}: option "${option}" ${mend}`, { cause })
}

/** Refuses names that do not exist, so that a misspelt option cannot silently leave its default in force. */
export function refuseUnknownOptions(factory: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ApiKeyError('invalid_option', `${factory}: options must be an object`)
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw invalidOption(factory, name, `does not exist; the options are ${known.join(', ')}`)
    }
  }
  // Somebody who reaches Object.prototype must not switch on `optional` for everybody.
  for (const name of known) {
    if (name in options && !Object.hasOwn(options, name)) {
      throw invalidOption(factory, name, 'is inherited: set it on the object itself')
    }
  }
}

export function requireWholeNumber(factory: string, option: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw invalidOption(factory, option, 'must be a whole number, 1 or more')
  }
  return value
}

export function requireFunction<F>(factory: string, option: string, value: F): F {
  if (value !== undefined && typeof value !== 'function') {
    throw invalidOption(factory, option, 'must be a function')
  }
  return value
}
