import { readMutants } from './reports.js'

const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`
const countKilled = (mutants) => mutants.filter(({ isKilled }) => isKilled).length
const say = (line) => process.stdout.write(`${line}\n`)
const [name, wanted] = process.argv.slice(2)
const mutants = readMutants(name)
const living = mutants.filter(({ isKilled }) => !isKilled)

if (wanted === '--living') {
  // What "--mutate" takes: for a second run, on PostgreSQL, of what lives.
  say([...new Set(living.map(({ place }) => place))].join(','))
} else {
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    const ofFile = mutants.filter((mutant) => mutant.file === file)
    say(`${percent(countKilled(ofFile), ofFile.length).padStart(8)} of ${ofFile.length}: ${file}`)
    for (const { place, status, replacement } of living.filter((mutant) => mutant.file === file)) {
      say(`           ${status} ${place.slice(file.length + 1)} ${JSON.stringify(replacement).slice(0, 100)}`)
    }
  }
  say(`${percent(countKilled(mutants), mutants.length)} of ${mutants.length} in all`)
}
