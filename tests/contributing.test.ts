import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8')

/** The rows of the table of runtime dependencies: a name, and why it is worth having. */
function justified(): (readonly [name: string, why: string])[] {
  const [, table = ''] =
    /^\| runtime dependency \|.*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(read('CONTRIBUTING.md')) ?? []
  return [...table.matchAll(/^\| `(.+)` \| *(.*?) *\|$/gm)].map(([, name = '', why = '']) => [name, why])
}

describe('CONTRIBUTING.md', () => {
  test('justifies every runtime dependency, and none that is not there', () => {
    const { dependencies } = JSON.parse(read('package.json'))

    expect(
      justified()
        .map(([name]) => name)
        .sort(),
    ).toEqual(Object.keys(dependencies).sort())
  })

  test('gives each a reason', () => {
    const without = justified().filter(([, why]) => why.length === 0)

    expect(without).toEqual([])
  })
})
