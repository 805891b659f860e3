import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { rules, type Sources } from './support/architecture.js'

const src = fileURLToPath(new URL('../src', import.meta.url))

function readSources(): Sources {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('store/generated/'))
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]))
}

describe('the sources', () => {
  const sources = readSources()

  test('are all read, but for what Prisma generates', () => {
    expect(Object.keys(sources)).toEqual(
      expect.arrayContaining(['index.ts', 'errors.ts', 'key/secret.ts', 'express/deny.ts']),
    )
  })

  test.each(Object.entries(rules))('keep to the rule that %s', (_, rule) => {
    expect(rule(sources)).toEqual([])
  })
})
