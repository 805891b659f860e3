import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './checkout.js'

const TIMEOUT_MS = 180_000

/** An empty project, as a user begins. */
export function createProject(folder, databaseUrl) {
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'scripts/schema-engine.js'),
  }

  /** Answers what a program prints. Throws with it where the program fails, or does not end. */
  async function run(program, ...args) {
    const { stdout } = await promisify(execFile)(program, args, { cwd: folder, env, timeout: TIMEOUT_MS })
    return stdout
  }
  return {
    folder,
    run,
    install: (...packages) => run('npm', 'install', '--no-audit', '--no-fund', ...packages),
    /** Takes a file of those that wait in `tests/package`. */
    copy(file, name = file) {
      cpSync(join(root, 'tests/package', file), join(folder, name))
    },
  }
}
