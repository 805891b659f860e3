import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { usageFailure } from '../failure.js'
import type { FileChange } from './changes.js'
import type { SchemaFile } from './host-schema.js'

/**
 * Writes all of them, or takes back what it wrote. Throws a usage failure where the files are no more those that were
 * read: what was saved since would be lost.
 */
export function writeChanges(changes: readonly FileChange[], read: readonly SchemaFile[]): void {
  requireAsRead(changes, read)
  const undoings: (() => void)[] = []
  try {
    for (const change of changes) write(change, undoings)
  } catch (error) {
    for (const undo of undoings.toReversed()) attempt(undo)
    throw error
  }
}

function requireAsRead(changes: readonly FileChange[], read: readonly SchemaFile[]): void {
  const changed = read.find(({ path, text }) => !holds(path, text))
  const appeared = changes.find(({ path, before }) => before === null && existsSync(path))
  const other = changed ?? appeared
  if (other === undefined) return
  throw usageFailure(
    `${other.path} is not what it was when this was planned, so nothing was written: run this again.`,
  )
}

function holds(path: string, text: string): boolean {
  return existsSync(path) && readFileSync(path).equals(Buffer.from(text))
}

/** Notes how to undo what it has begun, and that alone: a file that cannot be opened is somebody else's. */
function write({ path, before, after }: FileChange, undoings: (() => void)[]): void {
  const made = mkdirSync(dirname(path), { recursive: true })
  if (made !== undefined) undoings.push(() => removeFolders(dirname(path), made))
  const file = openSync(path, before === null ? 'wx' : 'r+')
  undoings.push(() => (before === null ? rmSync(path) : writeFileSync(path, before)))
  try {
    ftruncateSync(file)
    writeFileSync(file, after)
  } finally {
    closeSync(file)
  }
}

/** From the innermost on. Prisma would take an empty one for a migration. */
function removeFolders(innermost: string, outermost: string): void {
  for (let folder = innermost; folder.length >= outermost.length; folder = dirname(folder)) rmdirSync(folder)
}

/** What cannot be undone must not keep the rest from it, and what went wrong first is what is told. */
function attempt(undo: () => void): void {
  try {
    undo()
  } catch {}
}
