import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './checkout.js'

/**
 * What is not demanded of the types, of a package of ES modules only: a `require` finds an ES module. Every Node that the
 * package admits loads it, as apps of ours in CommonJS prove.
 */
const exceptions = ['--ignore-rules', 'cjs-resolves-to-esm']

export async function checkMetadata({ check }, tarball) {
  await check('publint has nothing to say', async () => {
    assert.match(await runTool('publint/src/cli.js', tarball, '--strict'), /All good!/)
  })
  await check('its types resolve however they are looked for, but for the exceptions of ES modules', () =>
    runTool('@arethetypeswrong/cli/dist/index.js', tarball, ...exceptions),
  )
}

async function runTool(file, ...args) {
  const tool = join(root, 'node_modules', file)
  const { stdout } = await promisify(execFile)(process.execPath, [tool, ...args])
  return stdout
}
