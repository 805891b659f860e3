import { posix } from 'node:path'
import { readSource } from './source-file.js'

/** Texts of files by their path inside `src`. */
export type Sources = Readonly<Record<string, string>>

/** What is wrong, a sentence each. */
export type Rule = (sources: Sources) => string[]

// A room sees itself, and of the other rooms these only. The ground floor are the files beside the entries.
const rooms: ReadonlyMap<string, readonly string[]> = new Map([
  ['ground floor', []],
  ['key', ['ground floor']],
  ['store', ['ground floor', 'key']],
  ['coherence', ['ground floor', 'key']],
  ['usage', ['ground floor', 'key']],
  ['limits', ['ground floor', 'key']],
  ['keyring', ['ground floor', 'key', 'store', 'coherence', 'usage', 'limits']],
  ['express', ['ground floor', 'key', 'keyring']],
  ['otel', ['ground floor', 'key']],
  ['admin', ['ground floor', 'key', 'keyring', 'express']],
  ['testing', ['ground floor', 'key', 'store', 'coherence', 'usage', 'limits', 'keyring', 'express']],
  ['cli', ['ground floor', 'key', 'keyring']],
])
/** What the package is imported by, and the file that answers: they see every room, and no room sees them. */
const entries: ReadonlyMap<string, string> = new Map([
  ['express-api-keys', 'index.ts'],
  ['express-api-keys/admin', 'admin.ts'],
  ['express-api-keys/otel', 'otel.ts'],
  ['express-api-keys/testing', 'testing.ts'],
])
const entryFiles = [...entries.values()]
const MAX_LINES = 150
const tableName = /\bapi_key(s|_epoch|_events|_idempotency|_usage|_counters)\b/
// Prisma's parser of schemas reads texts, and no database.
const databaseModule = /^(@prisma(?!\/prisma-schema-wasm)|\.prisma|prisma|pg)(\/|$)|(^|\/)generated\//
const expressModule = /^(@types\/)?express(-serve-static-core)?(\/|$)/
const openTelemetryModule = /^@opentelemetry\//
const emptyWords = ['util', 'utils', 'helper', 'helpers', 'type', 'types']

function roomOf(file: string): string {
  const [first = '', ...rest] = file.split('/')
  return rest.length === 0 ? 'ground floor' : first
}

interface Import {
  readonly file: string
  readonly name: string
}

function importsOf(sources: Sources): Import[] {
  return Object.entries(sources).flatMap(([file, text]) =>
    readSource(text).imports.map((name) => ({ file, name })),
  )
}

/** Imports that stay in the package, with the path inside `src` that they lead to. */
function pathsOf(sources: Sources): { file: string; target: string }[] {
  return importsOf(sources).flatMap(({ file, name }) => {
    const entry = entries.get(name)
    if (entry !== undefined) return [{ file, target: entry }]
    if (!name.startsWith('.')) return []
    return [{ file, target: posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts') }]
  })
}

const everyFileHasARoom: Rule = (sources) =>
  Object.keys(sources)
    .filter((file) => !rooms.has(roomOf(file)))
    .map((file) => `${file} is in no room`)

const roomsTouchWhatTheyMay: Rule = (sources) =>
  pathsOf(sources)
    .filter(({ file, target }) => !mayTouch(file, target))
    .map(({ file, target }) => `${file} touches ${target}`)

function mayTouch(file: string, target: string): boolean {
  if (entryFiles.includes(target)) return false
  if (entryFiles.includes(file) || roomOf(file) === roomOf(target)) return true
  return rooms.get(roomOf(file))?.includes(roomOf(target)) === true
}

const noImportLeadsBack: Rule = (sources) => {
  const paths = pathsOf(sources)
  const targetsOf = (file: string) => paths.filter((path) => path.file === file).map(({ target }) => target)
  const leadsBack = (start: string) => {
    const reached = new Set(targetsOf(start))
    for (const file of reached) for (const target of targetsOf(file)) reached.add(target)
    return reached.has(start)
  }
  return Object.keys(sources)
    .filter(leadsBack)
    .map((file) => `${file} imports itself in the end`)
}

const onlyTheStoreKnowsTheDatabase: Rule = (sources) => {
  const outside = Object.entries(sources).filter(([file]) => roomOf(file) !== 'store')
  const naming = outside.filter(([, text]) => tableName.test(text))
  const importing = importsOf(Object.fromEntries(outside)).filter(({ name }) => databaseModule.test(name))
  return [
    ...naming.map(([file]) => `${file} names a table`),
    ...importing.map(({ file, name }) => `${file} imports ${name}`),
  ]
}

const onlyTheEdgeKnowsExpress: Rule = (sources) =>
  importsOf(sources)
    .filter(({ file, name }) => expressModule.test(name) && !['express', 'admin'].includes(roomOf(file)))
    .map(({ file, name }) => `${file} imports ${name}`)

// Who has not installed it could else not load the package.
const onlyItsRoomKnowsOpenTelemetry: Rule = (sources) =>
  importsOf(sources)
    .filter(({ file, name }) => openTelemetryModule.test(name) && roomOf(file) !== 'otel')
    .map(({ file, name }) => `${file} imports ${name}`)

const everyExportHasAName: Rule = (sources) =>
  Object.entries(sources)
    .filter(([, text]) => readSource(text).hasDefaultExport)
    .map(([file]) => `${file} has a default export`)

const everyTypeIsKnown: Rule = (sources) =>
  Object.entries(sources)
    .filter(([, text]) => readSource(text).hasAny)
    .map(([file]) => `${file} says any`)

const filesAreShort: Rule = (sources) =>
  Object.entries(sources)
    .filter(([, text]) => text.trimEnd().split('\n').length > MAX_LINES)
    .map(([file]) => `${file} has more than ${MAX_LINES} lines`)

const namesSaySomething: Rule = (sources) =>
  Object.keys(sources)
    .filter((file) => file.split(/[/.-]/).some((word) => emptyWords.includes(word)))
    .map((file) => `${file} has a name that says nothing`)

export const rules = {
  'every file is in a room': everyFileHasARoom,
  'a room touches only those that it may': roomsTouchWhatTheyMay,
  'no chain of imports leads back': noImportLeadsBack,
  'only the store knows tables and database packages': onlyTheStoreKnowsTheDatabase,
  'only the edge and the admin router know Express': onlyTheEdgeKnowsExpress,
  'only its room knows OpenTelemetry': onlyItsRoomKnowsOpenTelemetry,
  'every export has a name': everyExportHasAName,
  'every type is known': everyTypeIsKnown,
  'files are short': filesAreShort,
  'names say something': namesSaySomething,
} satisfies Record<string, Rule>
