import { afterAll } from '@jest/globals'

const noted: string[] = []
afterAll(() => {
  if (noted.length > 0) process.stdout.write(`      measured: ${noted.splice(0).join('; ')}\n`)
})

/** Figures in milliseconds, for the one line that a file prints past Jest's own printing when it ends. */
export function report(what: string, figures: Record<string, number>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value)} ms`)
  noted.push(`${what}: ${text.join(', ')}`)
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
