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
function chunkOf(script, { getModuleInfo }) {
  const index = scriptOf('index')
  if (script === index || !isReached(script, index)) return null
  return isReached(script, scriptOf('cli/main')) ? 'base' : 'keyring'

  function isReached(wanted, from, seen = new Set()) {
    if (wanted === from) return true
    seen.add(from)
    return getModuleInfo(from).importedIds.some(
      (next) => !isInstalled(next) && !seen.has(next) && isReached(wanted, next, seen),
    )
  }
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
