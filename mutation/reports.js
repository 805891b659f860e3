import { existsSync, readFileSync } from 'node:fs'

/** A room has two where its tests run in memory first, and those that live then on PostgreSQL. */
export const reportOf = (name, onPostgres) =>
  `mutation/report/${name}${onPostgres ? '-on-postgres' : ''}.json`

/** All mutants of a room that were tried, with the best that was found of each. */
export function readMutants(name) {
  const found = new Map()
  for (const path of [reportOf(name, false), reportOf(name, true)].filter((path) => existsSync(path))) {
    const { files } = JSON.parse(readFileSync(path, 'utf8'))
    for (const [file, { mutants }] of Object.entries(files)) {
      for (const mutant of mutants) {
        const { start, end } = mutant.location
        const place = `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`
        const identity = `${place} ${mutant.mutatorName} ${mutant.replacement}`
        const isKilled = mutant.status === 'Killed' || mutant.status === 'Timeout'
        if (mutant.status === 'Ignored' || found.get(identity)?.isKilled) continue
        found.set(identity, { ...mutant, file, place, isKilled })
      }
    }
  }
  return [...found.values()]
}
