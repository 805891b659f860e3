// The Prisma CLI with the schema engine of this folder, so that no command downloads anything.
// Usage: node scripts/prisma.js migrate deploy
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const schemaEngine = fileURLToPath(new URL('schema-engine.js', import.meta.url))
// Windows cannot run a script as a program; there the CLI fetches its native engine.
const engine = process.platform === 'win32' ? {} : { PRISMA_SCHEMA_ENGINE_BINARY: schemaEngine }
const env = { ...engine, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', ...process.env }

const args = process.argv.slice(2)
// Generating is a step of every other command here: worth reading only when it fails.
const isQuiet = args[0] === 'generate'
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [fileURLToPath(import.meta.resolve('prisma/build/index.js')), ...args],
  { env, stdio: isQuiet ? 'pipe' : 'inherit' },
)
if (isQuiet && status !== 0) process.stderr.write(`${stdout}${stderr}`)
process.exit(status ?? 1)
