import assert from 'node:assert/strict'
import { join } from 'node:path'
import { manifest } from './checkout.js'

/** The oldest Node that the package admits, and the lines after it that are supported for long. */
const versions = [`${manifest.engines.node.replace('>=', '')}.0`, '22.23.3', '24.21.0']

/** Answers, for each version that could be had, the program to run and its name. */
export async function installNodes({ check }, project) {
  // Where npm's package `node` gets its binaries from when it is installed: so no script has to run.
  const binary = `node-${process.platform}-${process.arch}`
  const packages = versions.map((version) => `node-${version}@npm:${binary}@${version}`)
  await check(`Node ${versions.join(', ')} can be had`, () =>
    project.install('--ignore-scripts', ...packages),
  )
  const nodes = versions.map((version) => ({
    name: `Node ${version}`,
    program: join(project.folder, 'node_modules', `node-${version}`, 'bin/node'),
    version,
  }))
  for (const { name, program, version } of nodes) {
    await check(`what runs as ${name} is ${name}`, async () => {
      assert.equal(await project.run(program, '--version'), `v${version}\n`)
    })
  }
  return nodes
}
