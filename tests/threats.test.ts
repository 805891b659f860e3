import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../', import.meta.url))
const page = readFileSync(join(root, 'docs/threats.md'), 'utf8')

const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat |'))
  .map((line) => line.slice(2, -2).split(' | '))

/** Titles as they stand in the source of a file of tests. */
function titlesOf(file: string): readonly string[] {
  const path = join(root, 'tests', `${file}.test.ts`)
  if (!existsSync(path)) return []
  // Whatever is called with a text and a function, for tables of hostile input stand before some.
  const calls = /\(\s*(['"`])((?:\\.|(?!\1).)+)\1,\s*(?:async )?\(/gs
  return [...readFileSync(path, 'utf8').matchAll(calls)].map(([, , title = '']) =>
    title.replaceAll("\\'", "'"),
  )
}

describe('docs/threats.md', () => {
  test('says of each threat what stops it, and names one test', () => {
    const wrong = rows.filter((cells) => cells.length !== 3 || !/^`[\w/-]+` › \S/.test(cells[2] ?? ''))

    expect(rows.length).toBeGreaterThan(50)
    expect(wrong).toEqual([])
  })

  test('names tests that there are, by their titles', () => {
    const named = rows.map(([, , covering = '']) => /^`(.+?)` › (.+)$/.exec(covering)?.slice(1) ?? [])

    const missing = named.filter(([file = '', title = '']) => !titlesOf(file).includes(title))

    expect(missing).toEqual([])
  })
})
