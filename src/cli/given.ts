import { Argument, Option } from 'commander'
import { usageFailure } from './failure.js'

/** What stood on the command line, as it was typed; read by flags and positionals, and then never looked at again. */
export interface Given {
  readonly flags: Readonly<Record<string, unknown>>
  readonly positionals: Readonly<Record<string, string | undefined>>
  readonly nowMs: number
}

/** From a typed text to its value; `null` for a text that is none. */
export interface Reader<T> {
  /** Follows "must be". */
  readonly form: string
  read(text: string, nowMs: number): T | null
}

export interface Flag<T> {
  readonly option: Option
  readonly isRequired: boolean
  read(given: Given): T
}

export interface Positional<T> {
  readonly argument: Argument
  read(given: Given): T
}

export function requiredFlag<T>(flags: string, description: string, reader: Reader<T>): Flag<T> {
  const option = new Option(flags, description)
  return {
    option,
    isRequired: true,
    read: (given) => readText(nameOf(option), textOf(option, given), reader, given.nowMs),
  }
}

export function optionalFlag<T>(flags: string, description: string, reader: Reader<T>): Flag<T | undefined> {
  const option = new Option(flags, description)
  return {
    option,
    isRequired: false,
    read: (given) =>
      given.flags[option.attributeName()] === undefined
        ? undefined
        : readText(nameOf(option), textOf(option, given), reader, given.nowMs),
  }
}

/** `undefined` when it was not given at all. */
export function repeatedFlag<T>(
  flags: string,
  description: string,
  reader: Reader<T>,
): Flag<readonly T[] | undefined> {
  const option = new Option(flags, description)
  return {
    option,
    isRequired: false,
    read: (given) => {
      const texts = given.flags[option.attributeName()]
      if (!Array.isArray(texts)) return undefined
      return texts.map((text) => readText(nameOf(option), String(text), reader, given.nowMs))
    },
  }
}

export function switchFlag(flags: string, description: string): Flag<boolean> {
  const option = new Option(flags, description)
  return { option, isRequired: false, read: (given) => given.flags[option.attributeName()] === true }
}

export function requiredPositional<T>(name: string, description: string, reader: Reader<T>): Positional<T> {
  const argument = new Argument(`<${name}>`, description)
  return { argument, read: (given) => readText(name, given.positionals[name] ?? '', reader, given.nowMs) }
}

export function optionalPositional<T>(
  name: string,
  description: string,
  reader: Reader<T>,
): Positional<T | undefined> {
  const argument = new Argument(`[${name}]`, description)
  return {
    argument,
    read: (given) => {
      const text = given.positionals[name]
      return text === undefined ? undefined : readText(name, text, reader, given.nowMs)
    },
  }
}

/** An empty variable of a shell leaves nothing, and the next flag would be taken for the value. */
const flagLike = /^--|^-[A-Za-z]$/

function readText<T>(name: string, text: string, reader: Reader<T>, nowMs: number): T {
  if (flagLike.test(text)) throw usageFailure(`${name} needs a value, and a flag comes after it.`)
  const value = reader.read(text, nowMs)
  if (value === null) throw usageFailure(`${name} must be ${reader.form}.`)
  return value
}

function textOf(option: Option, { flags }: Given): string {
  return String(flags[option.attributeName()])
}

function nameOf({ long, flags }: Option): string {
  return long ?? flags
}
