// The command line of the benchmark: node bench/run.js --help
import { writeFile } from 'node:fs/promises'
import { cleanUp } from './cleanup.js'
import { createMigratedDatabase } from './database.js'
import { measureHttp, printHttp } from './http.js'
import { measureInProcess, printInProcess } from './in-process.js'
import { describeMachine } from './machine.js'
import { measureMemory, printMemory } from './memory.js'
import { parseOptions, usage } from './options.js'
import { measureRevocation, printRevocation } from './revocation.js'
import { measureScale, printScale } from './scale.js'
import { minutes, withinTime } from './time.js'

const parts = {
  http: { measure: measureHttp, print: printHttp, limitMs: minutes(15) },
  'in-process': { measure: measureInProcess, print: printInProcess, limitMs: minutes(5) },
  memory: { measure: measureMemory, print: printMemory, limitMs: minutes(25) },
  revocation: { measure: measureRevocation, print: printRevocation, limitMs: minutes(10) },
  scale: { measure: measureScale, print: printScale, limitMs: minutes(90) },
}

async function run(options) {
  const began = performance.now()
  const figures = { ...(await describeMachine()), quick: options.quick }
  const database = await createMigratedDatabase()
  for (const name of options.parts) {
    const beganPart = performance.now()
    const { measure, print, limitMs } = parts[name]
    figures[name] = await withinTime(limitMs, `The part "${name}"`, measure(database, options))
    print(figures[name])
    console.error(`(${name} took ${Math.round((performance.now() - beganPart) / 1_000)} s)`)
  }
  figures.tookSeconds = Math.round((performance.now() - began) / 1_000)
  return figures
}

function printMachine({ date, node, postgres, cpu, cores, quick, tookSeconds }) {
  const mode = quick ? ' (--quick: rough figures)' : ''
  console.log(
    `\n${date}, Node ${node}, PostgreSQL ${postgres}, ${cpu}, ${cores} cores, ${tookSeconds} s${mode}`,
  )
}

let ending
function end(code) {
  ending ??= cleanUp().then(() => process.exit(code))
  return ending
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    console.error(`${signal}: stopping.`)
    end(130)
  })
}

function readOptions() {
  const args = process.argv.slice(2)
  if (args.includes('--help')) {
    console.log(usage)
    process.exit()
  }
  try {
    return parseOptions(args)
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}

const options = readOptions()
try {
  const figures = await run(options)
  printMachine(figures)
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`)
  const failed = figures.http?.failed ?? 0
  if (failed > 0) console.error(`${failed} requests failed: the figures above are not to be trusted.`)
  await end(failed > 0 ? 1 : 0)
} catch (error) {
  // A child that Ctrl-C ended with us is no news.
  if (ending === undefined) console.error(error)
  await end(1)
}
