import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transform } from '@swc/core'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import { room } from './rooms.js'

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

/** A mutant is killed by the first test that fails, so those that want no database go first, small ones before large. */
class QuickestFirst extends BaseSequencer {
  async sort(files) {
    const cost = ({ moduleId }) =>
      statSync(moduleId).size +
      (/support\/(database|keyring|prisma)/.test(readFileSync(moduleId, 'utf8')) ? 1e6 : 0)
    return files.toSorted((a, b) => cost(a) - cost(b))
  }
}

export default defineConfig({
  root: inProject(''),
  esbuild: false,
  plugins: [compiledAsByJest],
  resolve: {
    alias: [
      { find: '@jest/globals', replacement: inProject('mutation/jest-globals.js') },
      { find: /^express-api-keys$/, replacement: inProject('src/index.ts') },
      { find: /^express-api-keys\/(admin|otel|testing)$/, replacement: `${inProject('src')}/$1.ts` },
    ],
  },
  test: {
    include: room.tests.map((folder) => `tests/${folder}/**/*.test.ts`),
    exclude: [
      // These run the package in processes of their own.
      'tests/key/golden.test.ts',
      'tests/keyring/{ids-of-numbers,standard-error}.test.ts',
      'tests/http/trust-warning.test.ts',
      // These prove again, over minutes, what others prove in a moment.
      'tests/coherence/interleavings.test.ts',
      'tests/keyring/matrix.test.ts',
      'tests/http/{denied-for-good,several-keyrings}.test.ts',
    ],
    globalSetup: inProject('mutation/database.js'),
    sequence: { sequencer: QuickestFirst },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
