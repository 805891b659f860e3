import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { coloured, paintFor, plain } from '../../src/cli/show/colour.js'
import { printable, printableJson, printableLines } from '../../src/cli/show/printable.js'
import { relativeTime } from '../../src/cli/show/relative-time.js'
import { sheetOf, tableOf } from '../../src/cli/show/table.js'
import { cutToWidth, widthOf } from '../../src/cli/show/width.js'

const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

describe('a text from the database', () => {
  test.each([
    ['an escape sequence', '\u001b[31mred\u001b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
    ['a change of the title', '\u001b]0;owned\u0007', '\\u{1b}]0;owned\\u{7}'],
    ['a C1 control', '\u009b31m', '\\u{9b}31m'],
    ['a new line', 'CI\nactive', 'CI\\u{a}active'],
    ['a carriage return', 'CI\rfake', 'CI\\u{d}fake'],
    ['a change of direction', 'CI\u202egnissap', 'CI\\u{202e}gnissap'],
    ['a character without width', 'C\u200bI', 'C\\u{200b}I'],
    ['half of a pair', 'C\ud800I', 'C\\u{d800}I'],
    ['a separator of lines', 'C\u2028I', 'C\\u{2028}I'],
  ])('shows %s instead of sending it', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  test.each(['CI', 'Über-Key № 7', '鍵の名前', 'clé 🔑', 'a\\u{1b}'])('stays as it is: %s', (text) => {
    expect(printable(text)).toBe(text)
  })

  test('of several lines keeps them, and its tabs', () => {
    expect(printableLines('a\r\n\tb\u001b[2J\n\u0085c\rd')).toBe('a\n\tb\\u{1b}[2J\n\\u{85}c\\u{d}d')
  })

  test('holds nothing that a terminal obeys, whatever it was, as text and as JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = printableJson({ text })

        expect(printable(text)).not.toMatch(HOSTILE)
        expect(json.replaceAll('\n', '')).not.toMatch(HOSTILE)
        expect(JSON.parse(json)).toEqual({ text })
      }),
    )
  })
})

describe('a table', () => {
  const columns = [
    { title: 'NAME', maxWidth: 8, cell: (row: { name: string }) => ({ text: row.name }) },
    { title: 'OK', cell: () => ({ text: 'yes', colour: 'green' as const }) },
  ]

  test('aligns columns under their titles, also of wide characters, and cuts what is too long', () => {
    const rows = [
      { name: 'CI' },
      { name: '鍵の名' },
      { name: 'é'.normalize('NFD') },
      { name: 'much too long' },
    ]

    const table = tableOf(columns, rows, plain)

    expect([table.heading, ...rows.map(table.line)]).toEqual([
      'NAME      OK',
      'CI        yes',
      '鍵の名    yes',
      `${'é'.normalize('NFD')}         yes`,
      'much to…  yes',
    ])
  })

  test('keeps its columns for rows of later pages', () => {
    const table = tableOf(columns, [{ name: 'short' }], plain)

    expect(table.line({ name: 'later' })).toBe('later  yes')
  })

  test('colours what is shown, without moving what is beside it', () => {
    const table = tableOf(columns, [{ name: 'CI' }], coloured)

    expect(table.line({ name: 'CI' })).toBe('CI    \u001b[32myes\u001b[0m')
  })

  test('writes out what a terminal would obey', () => {
    const table = tableOf(columns, [{ name: '\u001b[2J' }], coloured)

    expect(table.line({ name: '\u001b[2J' })).toContain('\\u{1b}[')
  })

  test('of one thing puts values under each other', () => {
    const sheet = sheetOf(
      [
        ['id', { text: '7' }],
        ['status', { text: 'active', colour: 'green' }],
      ],
      plain,
    )

    expect(sheet).toBe('id      7\nstatus  active')
  })
})

describe('the width of a text', () => {
  test.each([
    ['CI', 2],
    ['', 0],
    ['鍵', 2],
    ['한글', 4],
    ['🔑', 2],
    ['é'.normalize('NFD'), 1],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width)
  })

  test('is never more than what it was cut to', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(widthOf(cutToWidth(text, width))).toBeLessThanOrEqual(width)
      }),
    )
  })
})

describe('colour', () => {
  test.each<[what: string, isTerminal: boolean, env: NodeJS.ProcessEnv, expected: unknown]>([
    ['on a terminal', true, {}, coloured],
    ['with an empty NO_COLOR', true, { NO_COLOR: '' }, coloured],
    ['in a pipe', false, {}, plain],
    ['with NO_COLOR', true, { NO_COLOR: '1' }, plain],
    ['on a dumb terminal', true, { TERM: 'dumb' }, plain],
  ])('%s', (_, isTerminal, env, expected) => {
    expect(paintFor(isTerminal, env) === expected).toBe(true)
  })
})

describe('a relative time', () => {
  const now = Date.parse('2026-11-23T12:00:00Z')

  test.each([
    ['2026-11-20T12:00:00Z', '3 days ago'],
    ['2026-11-20T12:00:01Z', '3 days ago'],
    ['2027-02-21T11:59:59.900Z', 'in 90 days'],
    ['2026-11-23T13:00:00Z', 'in 1 hour'],
    ['2026-11-23T11:59:01Z', '59 seconds ago'],
    ['2026-11-23T12:00:00.400Z', 'now'],
    ['2027-05-23T12:00:00Z', 'in 6 months'],
    ['2028-11-23T12:00:00Z', 'in 2 years'],
    ['1970-01-01T00:00:00Z', '57 years ago'],
  ])('of %s is %s', (time, words) => {
    expect(relativeTime(new Date(time), now)).toBe(words)
  })
})
