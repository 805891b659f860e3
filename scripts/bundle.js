// Turns dist into what is published, with names and comments as they were written: one file for each entry, and two for
// what the main entry has, with the command line or without. Of 200 files, importing takes 80 ms, of a dozen that
// wait for each other 35, of these 20. Types stay where they are.
import { chmodSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rollup } from 'rollup'

const folder = 'dist'
const entries = ['index', 'admin', 'otel', 'testing', 'cli/main']

const bundle = await rollup({
  input: Object.fromEntries(entries.map((entry) => [entry, scriptOf(entry)])),
  external: isInstalled,
  onLog(_level, { message }) {
    throw new Error(message)
  },
})
const importsOf = new Map(bundle.cache.modules.map(({ id, dependencies }) => [id, dependencies]))
const [ofIndex, ofCommandLine] = ['index', 'cli/main'].map(reachedFrom)
removeScripts()
await bundle.write({
  dir: folder,
  format: 'es',
  // As deep as dist/cli, for the package's own files are found from there, two folders up.
  chunkFileNames: 'chunks/[name].js',
  hoistTransitiveImports: false,
  manualChunks: chunkOf,
})
await bundle.close()
chmodSync(join(folder, 'cli/main.js'), 0o755)

/** The command line answers before it loads Prisma, so what it begins with is apart. */
function chunkOf(script) {
  if (script === scriptOf('index') || !ofIndex.has(script)) return null
  return ofCommandLine.has(script) ? 'base' : 'keyring'
}

/** The scripts that an entry loads, itself among them. */
function reachedFrom(entry) {
  const reached = new Set([scriptOf(entry)])
  for (const script of reached) for (const next of importsOf.get(script) ?? []) reached.add(next)
  return reached
}

function scriptOf(entry) {
  return resolve(folder, `${entry}.js`)
}

/** Whatever is found by its name, such as a dependency or a part of Node. */
function isInstalled(name) {
  return /^(?:@|[a-z])/.test(name) && !name.startsWith(`${folder}/`)
}

function removeScripts() {
  for (const { parentPath, name } of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (name.endsWith('.js')) rmSync(join(parentPath, name))
  }
}
