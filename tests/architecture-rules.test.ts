import { describe, expect, test } from '@jest/globals'
import { rules } from './support/architecture.js'

type Name = keyof typeof rules

const importing = (name: string) => `import { it } from '${name}'`

type Example = [file: string, text: string, complaint: string]

const broken: Record<Name, Example[]> = {
  'every file is in a room': [['services/a.ts', '', 'is in no room']],
  'a room touches only those that it may': [
    ['key/a.ts', importing('../keyring/b.js'), 'touches keyring/b.ts'],
    ['errors.ts', importing('./key/b.js'), 'touches key/b.ts'],
    ['usage/a.ts', importing('../limits/b.js'), 'touches limits/b.ts'],
    ['usage/a.ts', importing('../store/b.js'), 'touches store/b.ts'],
    ['express/a.ts', importing('../store/b.js'), 'touches store/b.ts'],
    ['express/a.ts', importing('../usage/b.js'), 'touches usage/b.ts'],
    ['cli/a.ts', importing('../express/b.js'), 'touches express/b.ts'],
    ['cli/a.ts', importing('../admin/b.js'), 'touches admin/b.ts'],
    ['key/a.ts', importing('../other/b.js'), 'touches other/b.ts'],
    ['key/a.ts', importing('../../tests/b.js'), 'touches ../tests/b.ts'],
    ['otel/a.ts', importing('../keyring/b.js'), 'touches keyring/b.ts'],
    ['otel/a.ts', importing('../store/b.js'), 'touches store/b.ts'],
    ['express/a.ts', importing('../otel/b.js'), 'touches otel/b.ts'],
    ['keyring/a.ts', importing('../otel/b.js'), 'touches otel/b.ts'],
    ['testing/a.ts', importing('../otel/b.js'), 'touches otel/b.ts'],
    ['cli/a.ts', importing('../index.js'), 'touches index.ts'],
    ['cli/a.ts', importing('express-api-keys/otel'), 'touches otel.ts'],
    ['cli/a.ts', importing('express-api-keys'), 'touches index.ts'],
    ['key/a.ts', `import '../cli/b.js'`, 'touches cli/b.ts'],
    ['key/a.ts', `import type { B } from '../cli/b.js'`, 'touches cli/b.ts'],
    ['key/a.ts', `import {\n  b,\n} from '../cli/b.js'`, 'touches cli/b.ts'],
    ['key/a.ts', `export * from '../cli/b.js'`, 'touches cli/b.ts'],
    ['key/a.ts', `export { b } from '../cli/b.js'`, 'touches cli/b.ts'],
    ['key/a.ts', `await import('../cli/b.js')`, 'touches cli/b.ts'],
    ['key/a.ts', `require('../cli/b.js')`, 'touches cli/b.ts'],
    ['key/a.ts', `type B = import('../cli/b.js').B`, 'touches cli/b.ts'],
  ],
  'no chain of imports leads back': [['key/a.ts', importing('./a.js'), 'imports itself in the end']],
  'only the store knows tables and database packages': [
    ['key/a.ts', `f('api_keys')`, 'names a table'],
    ['key/a.ts', 'f(`UPDATE api_key_usage`)', 'names a table'],
    ['key/a.ts', `f('"api_key_events"')`, 'names a table'],
    ['index.ts', `f('api_key_epoch')`, 'names a table'],
    ['cli/a.ts', importing('@prisma/client'), 'imports @prisma/client'],
    ['cli/a.ts', `import type pg from 'pg'`, 'imports pg'],
    ['keyring/a.ts', importing('../store/generated/client.js'), 'imports ../store/generated/client.js'],
  ],
  'only the edge and the admin router know Express': [
    ['keyring/a.ts', importing('express'), 'imports express'],
    ['index.ts', `import type { Request } from 'express'`, 'imports express'],
    ['key/a.ts', `declare module 'express-serve-static-core' {}`, 'imports express-serve-static-core'],
  ],
  'only its room knows OpenTelemetry': [
    ['events.ts', importing('@opentelemetry/api'), 'imports @opentelemetry/api'],
    ['index.ts', `import type { Meter } from '@opentelemetry/api'`, 'imports @opentelemetry/api'],
  ],
  'every export has a name': [
    ['key/a.ts', 'export default 1', 'has a default export'],
    ['key/a.ts', 'export default function f() {}', 'has a default export'],
    ['key/a.ts', 'const f = 1; export { f as default }', 'has a default export'],
  ],
  'every type is known': [
    ['key/a.ts', 'export const f = (a: any) => a', 'says any'],
    ['key/a.ts', 'export const f = g as any', 'says any'],
    ['key/a.ts', 'export type F = readonly any[]', 'says any'],
  ],
  'files are short': [['key/a.ts', '//\n'.repeat(151), 'has more than 150 lines']],
  'names say something': [
    ['key/utils.ts', '', 'has a name that says nothing'],
    ['key/helpers/a.ts', '', 'has a name that says nothing'],
    ['key/scope-types.ts', '', 'has a name that says nothing'],
  ],
}

// Invented sources: the test of the real ones could not fail if these did not.
describe('an invented source', () => {
  describe.each(Object.entries(broken))('breaks the rule that %s', (rule, examples) => {
    test.each(examples)('in %s with %j', (file, text, complaint) => {
      const complaints = rules[rule as Name]({ [file]: text })

      expect(complaints).toEqual([`${file} ${complaint}`])
    })
  })

  test.each<[file: string, text: string]>([
    ['errors.ts', ''],
    ['events.ts', importing('./errors.js')],
    ['key/a.ts', importing('../errors.js')],
    ['key/a.ts', importing('./b.js')],
    ['store/a.ts', `${importing('../key/b.js')}; ${importing('pg')}; ${importing('./generated/client.js')}`],
    ['store/a.ts', `f('UPDATE api_keys')`],
    ['coherence/a.ts', `${importing('../key/b.js')}; ${importing('lru-cache')}`],
    ['keyring/a.ts', `${importing('../store/b.js')}; ${importing('../coherence/b.js')}`],
    ['express/a.ts', `${importing('../keyring/b.js')}; ${importing('express')}`],
    ['admin/a.ts', `${importing('../express/b.js')}; ${importing('express')}`],
    ['cli/a.ts', importing('../keyring/b.js')],
    ['otel/a.ts', `${importing('../events.js')}; ${importing('@opentelemetry/api')}`],
    ['index.ts', `${importing('./store/b.js')}; ${importing('./express/b.js')}`],
    [
      'key/a.ts',
      `// import { it } from '../cli/b.js', of any kind\nexport const f = (...any: string[]) => any`,
    ],
    ['key/a.ts', `const text = "import { it } from '../cli/b.js'"`],
    ['key/a.ts', `throw new Error('invalid_api_key')`],
    ['key/a.ts', '//\n'.repeat(150)],
  ])('breaks no rule: %s with %j', (file, text) => {
    const complaints = Object.values(rules).flatMap((rule) => rule({ [file]: text }))

    expect(complaints).toEqual([])
  })

  test('is blamed for a circle, with every other file of it and no file beside it', () => {
    const sources = {
      'key/a.ts': importing('./b.js'),
      'key/b.ts': `import type { C } from './c.js'`,
      'key/c.ts': `export * from './a.js'`,
      'key/beside.ts': importing('./a.js'),
    }

    expect(rules['no chain of imports leads back'](sources)).toEqual([
      'key/a.ts imports itself in the end',
      'key/b.ts imports itself in the end',
      'key/c.ts imports itself in the end',
    ])
  })
})
