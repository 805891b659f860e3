import assert from 'node:assert/strict'
import { manifest } from './checkout.js'

/** What starting an app becomes slower by, at most, when it imports the package: a third of it on an idle machine. */
const MOST_MS = 60
const ROUNDS = 15

const own = manifest.name
/** What an app that passes a Prisma client of its own has loaded anyway. */
const host = ['express', '@prisma/client/runtime/client', '@prisma/adapter-pg']

export async function checkStartUp({ check, tell }, project) {
  const [bare, alone, apart, together] = await measureStarts(project, [[], [own], host, [...host, own]])
  tell(`a process that imports nothing takes ${bare} ms`)
  tell(`importing the package adds ${alone - bare} ms`)
  const added = together - apart
  tell(`beside Express, Prisma's runtime and its driver it adds ${added} ms`)
  // A machine that is slow, or busy, shows in what Node itself takes: 50 ms where this was measured.
  const most = Math.max(MOST_MS, bare)
  await check(`that is ${MOST_MS} ms at most, or what Node itself takes`, () =>
    assert.ok(added <= most, `${added} ms of ${most}`),
  )
  if (added > most) tell(await blame(project))
}

/** What its dependencies add, each alone: what several of them load is counted in each, and not all are loaded at once. */
async function blame(project) {
  const names = Object.keys(manifest.dependencies).map((name) =>
    // Its main entry is for clients that are generated into it.
    name === '@prisma/client' ? `${name}/runtime/client` : name,
  )
  const [bare, ...starts] = await measureStarts(project, [[], ...names.map((name) => [name])])
  return names.map((name, at) => `${name} alone adds ${starts[at] - bare} ms`).join('\n')
}

/** Medians of fresh processes, in milliseconds; they take turns, so that noise meets all of them. */
async function measureStarts(project, imports) {
  const sources = imports.map((names) => names.map((name) => `import '${name}'`).join('\n'))
  const taken = sources.map(() => [])
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, source] of sources.entries()) {
      const startedAt = performance.now()
      await project.run(process.execPath, '--input-type=module', '--eval', source)
      taken[at].push(performance.now() - startedAt)
    }
  }
  return taken.map((times) => Math.round(median(times)))
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
