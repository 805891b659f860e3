import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { writeChanges } from '../../../src/cli/init/write-changes.js'
import { runFolder } from '../../support/run-folder.js'

/** A schema of two files of which one is to be changed, and a migration in a folder that is not there yet. */
function plannedFolder() {
  const folder = mkdtempSync(join(runFolder(), 'write-changes-'))
  const at = (path: string) => join(folder, path)
  const files = ['base.prisma', 'shop.prisma'].map((name) => ({ path: at(name), text: `// ${name}\n` }))
  for (const { path, text } of files) writeFileSync(path, text)
  const changes = [
    { path: at('base.prisma'), before: '// base.prisma\n', after: '// base.prisma\nmodel ApiKey\n' },
    { path: at('migrations/2_api_keys/migration.sql'), before: null, after: 'CREATE TABLE\n' },
    { path: at('migrations/lock.toml'), before: null, after: 'provider\n' },
  ]
  return {
    at,
    changes,
    write: () => writeChanges(changes, files),
    found: () =>
      Object.fromEntries(
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => !entry.isDirectory())
          .map(({ parentPath, name }) => join(parentPath, name))
          .map((path) => [path.slice(folder.length + 1), textOf(path)]),
      ),
    folders: () => readdirSync(folder).toSorted(),
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return 'leads nowhere'
  }
}

const untouched = { 'base.prisma': '// base.prisma\n', 'shop.prisma': '// shop.prisma\n' }

describe('changes of files', () => {
  test('are written, all of them', () => {
    const { write, found } = plannedFolder()

    write()

    expect(found()).toEqual({
      'base.prisma': '// base.prisma\nmodel ApiKey\n',
      'shop.prisma': '// shop.prisma\n',
      'migrations/2_api_keys/migration.sql': 'CREATE TABLE\n',
      'migrations/lock.toml': 'provider\n',
    })
  })

  test('leave nothing of a longer text behind a shorter one', () => {
    const { at } = plannedFolder()
    const path = at('base.prisma')

    writeChanges([{ path, before: '// base.prisma\n', after: '//\n' }], [])

    expect(textOf(path)).toBe('//\n')
  })

  test.each<[what: string, changed: string, meanwhile: (at: (path: string) => string) => void]>([
    [
      'a file that was to be changed has changed',
      'base.prisma',
      (at) => writeFileSync(at('base.prisma'), '// saved\n'),
    ],
    ['a file that was to be changed is gone', 'base.prisma', (at) => rmSync(at('base.prisma'))],
    [
      'another file of the schema has changed',
      'shop.prisma',
      (at) => writeFileSync(at('shop.prisma'), '// saved\n'),
    ],
    [
      'a byte that is no text has changed',
      'shop.prisma',
      (at) => writeFileSync(at('shop.prisma'), Buffer.from('// shop.prisma\xe9\n', 'latin1')),
    ],
    [
      'a new file has appeared',
      'migrations/lock.toml',
      (at) => {
        mkdirSync(at('migrations'))
        writeFileSync(at('migrations/lock.toml'), 'theirs\n')
      },
    ],
  ])('are not written, none of them, where %s since they were planned', (_, changed, meanwhile) => {
    const { at, write, found } = plannedFolder()
    meanwhile(at)
    const before = found()

    const writing = () => write()

    expect(writing).toThrow(
      `${at(changed)} is not what it was when this was planned, so nothing was written: run this again.`,
    )
    expect(found()).toEqual(before)
  })
})

describe('changes that fail half-way', () => {
  test.each<[what: string, theirs: Record<string, string>, block: (at: (path: string) => string) => void]>([
    [
      'the place of a new file leads elsewhere',
      { 'migrations/lock.toml': 'leads nowhere' },
      (at) => {
        mkdirSync(at('migrations'))
        symlinkSync(at('elsewhere'), at('migrations/lock.toml'))
      },
    ],
    [
      'the place of its folder is a file',
      { migrations: 'theirs\n' },
      (at) => writeFileSync(at('migrations'), 'theirs\n'),
    ],
  ])('are taken back, and nothing else is, where %s', (_, theirs, block) => {
    const { at, write, found } = plannedFolder()
    block(at)

    const writing = () => write()

    expect(writing).toThrow(/EEXIST|ENOTDIR/)
    expect(found()).toEqual({ ...untouched, ...theirs })
  })

  test('leave no folder behind, for Prisma would take it for a migration', () => {
    const { at, changes, folders } = plannedFolder()
    const last = { path: at('shop.prisma/new'), before: null, after: '' }

    const writing = () => writeChanges([...changes, last], [])

    expect(writing).toThrow(/EEXIST|ENOTDIR/)
    expect(folders()).toEqual(['base.prisma', 'shop.prisma'])
  })

  test('leave a file that could not be opened as somebody else has made it', () => {
    const { at, changes, found } = plannedFolder()
    const gone = { path: at('gone.prisma'), before: '// gone.prisma\n', after: '//\n' }

    const writing = () => writeChanges([...changes, gone], [])

    expect(writing).toThrow('ENOENT')
    expect(found()).toEqual(untouched)
  })
})
