const codes = { green: 32, yellow: 33, red: 31, dim: 2 } as const

export type Colour = keyof typeof codes

/** Puts a colour around a text, or leaves it alone. */
export type Paint = (text: string, colour?: Colour) => string

const RESET = '\u001b[0m'

export const plain: Paint = (text) => text

export const coloured: Paint = (text, colour) =>
  colour === undefined || text === '' ? text : `\u001b[${codes[colour]}m${text}${RESET}`

/** Colour only where a person looks, and never against NO_COLOR (https://no-color.org). */
export function paintFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Paint {
  const isWanted = isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'
  return isWanted ? coloured : plain
}
