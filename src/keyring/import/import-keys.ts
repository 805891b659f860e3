import { type Actor, actorOf } from '../../key/actor.js'
import type { ImportTransaction, InImportTransaction } from '../../store/import-transaction.js'
import { type Imported, importOfOwner, type KeyOfLine, type RefusedLine } from './import-of-owner.js'

/** What became of the lines, or would become. */
export interface ImportReport extends Omit<Imported, 'events'> {
  /** These are left out. */
  readonly expired: readonly number[]
}

export interface ImportInput {
  readonly keys: readonly KeyOfLine[]
  /** Lines that nobody could read: with any, nothing is imported. */
  readonly refused: readonly RefusedLine[]
  /** Otherwise all is done, told, and undone. */
  readonly isMeant: boolean
  readonly actor: Actor
}

/** Imports all keys or none, in one transaction; repeating it adds nothing. A trial is the same work, undone. */
export type ImportKeys = (input: ImportInput) => Promise<ImportReport>

export function createImportKeys(inTransaction: InImportTransaction): ImportKeys {
  return ({ keys: lines, refused: unread, isMeant, actor }) =>
    inTransaction((keys) =>
      keys.tryOut(async () => {
        const { expired, unexpired, repeated } = sortOut(lines, keys.nowMs)
        const done: Imported[] = []
        for (const ofTenant of groupsOf(unexpired, ({ tenantId }) => tenantId)) {
          done.push(...(await importOfTenant(keys, ofTenant, actor)))
        }
        const refused = [...unread, ...repeated, ...done.flatMap((of) => of.refused)]
        const value = {
          imported: done.flatMap((of) => of.imported),
          known: done.flatMap((of) => of.known),
          expired,
          refused: refused.toSorted((one, other) => one.line - other.line),
        }
        return { value, isKept: isMeant && refused.length === 0 }
      }),
    )
}

type Group = readonly [KeyOfLine, ...KeyOfLine[]]

async function importOfTenant(
  keys: ImportTransaction,
  ofTenant: Group,
  actor: Actor,
): Promise<readonly Imported[]> {
  const done: Imported[] = []
  for (const ofOwner of groupsOf(ofTenant, ({ userId }) => userId)) {
    done.push(await importOfOwner(keys, ofOwner))
  }
  const events = done.flatMap((of) => of.events)
  const trail = { tenantId: ofTenant[0].tenantId, actor: actorOf(actor, undefined) }
  if (events.length > 0) await keys.record(trail, events)
  return done
}

function groupsOf(lines: readonly KeyOfLine[], nameOf: (key: KeyOfLine) => string): readonly Group[] {
  const groups = new Map<string, [KeyOfLine, ...KeyOfLine[]]>()
  for (const line of lines) {
    const group = groups.get(nameOf(line))
    if (group === undefined) groups.set(nameOf(line), [line])
    else group.push(line)
  }
  return [...groups.values()]
}

interface Sorted {
  readonly unexpired: readonly KeyOfLine[]
  readonly expired: readonly number[]
  readonly repeated: readonly RefusedLine[]
}

/** By the database's clock, which also judges keys. */
function sortOut(lines: readonly KeyOfLine[], nowMs: number): Sorted {
  const firsts = new Map<string, number>()
  const unexpired: KeyOfLine[] = []
  const expired: number[] = []
  const repeated: RefusedLine[] = []
  for (const key of lines) {
    const first = firsts.get(key.keyHash)
    if (first !== undefined) repeated.push({ line: key.line, problem: `is the same key as line ${first}` })
    else if (key.expiresAt !== null && key.expiresAt.getTime() <= nowMs) expired.push(key.line)
    else unexpired.push(key)
    firsts.set(key.keyHash, first ?? key.line)
  }
  return { unexpired, expired, repeated }
}
