import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transform } from '@swc/core'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import { isInMemory, isOnPostgres, room } from './rooms.js'

const inProject = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

// As Jest does: the compiler Vitest brings gives functions names of its own, which tests of names would see.
const compiledAsByJest = {
  name: 'compiled-as-by-jest',
  async transform(code, id) {
    const [filename] = id.split('?')
    if (!filename.endsWith('.ts')) return null
    const { code: js, map } = await transform(code, {
      filename,
      sourceMaps: true,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'es6' },
      configFile: false,
      swcrc: false,
    })
    return { code: js, map }
  },
}

/** What tests open a database and a keyring with opens the keyring in memory instead. */
const withoutDatabase = {
  name: 'without-database',
  enforce: 'pre',
  resolveId(source) {
    const [, support] = /\/support\/(database|keyring)\.js$/.exec(source) ?? []
    return isInMemory && support ? inProject(`mutation/in-memory/${support}.js`) : null
  },
}

/** A mutant is killed by the first test that fails, so those that want no database go first, small ones before large. */
class QuickestFirst extends BaseSequencer {
  async sort(files) {
    const cost = ({ moduleId }) =>
      statSync(moduleId).size +
      (/support\/(database|keyring|prisma)/.test(readFileSync(moduleId, 'utf8')) ? 1e6 : 0)
    return files.toSorted((a, b) => cost(a) - cost(b))
  }
}

// These run the package in processes of their own.
const inProcesses = [
  'tests/key/golden.test.ts',
  'tests/keyring/{ids-of-numbers,standard-error}.test.ts',
  'tests/http/trust-warning.test.ts',
]
// These prove again, over minutes, what others prove in a moment.
const slow = ['tests/coherence/interleavings.test.ts', 'tests/keyring/matrix.test.ts']
const slowOnPostgres = [
  'tests/http/{failed-attempts,limits,places,refusals,several-keyrings}.test.ts',
  'tests/neighbours/*.test.ts',
]
// These are about the database itself, or open it before their first test.
const wantPostgres = [
  'tests/keyring/{defined-scopes,health,own-changes,prune}.test.ts',
  'tests/keyring/import/import-keys.test.ts',
  'tests/http/{corrupt-record,outage}.test.ts',
]

export default defineConfig({
  root: inProject(''),
  esbuild: false,
  plugins: [withoutDatabase, compiledAsByJest],
  resolve: {
    alias: [
      { find: '@jest/globals', replacement: inProject('mutation/jest-globals.js') },
      { find: /^express-api-keys$/, replacement: inProject('src/index.ts') },
      { find: /^express-api-keys\/(admin|otel|testing)$/, replacement: `${inProject('src')}/$1.ts` },
    ],
  },
  test: {
    include: room.tests.map((files) => `tests/${files}.test.ts`),
    exclude: [...inProcesses, ...slow, ...(isInMemory ? wantPostgres : slowOnPostgres)],
    // In memory, what is mutated is loaded once: each file for itself would take longer to load than to run. Connections are
    // closed by hooks of a module, which only the first file that loads it has.
    isolate: isOnPostgres,
    globalSetup: isOnPostgres ? inProject('mutation/database.js') : [],
    setupFiles: isInMemory ? inProject('mutation/in-memory/setup.js') : [],
    sequence: { sequencer: QuickestFirst },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
