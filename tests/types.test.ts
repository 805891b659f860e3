import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('..', import.meta.url))
const types = join(root, 'tests', 'types')
const hosts = readdirSync(types, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** What the compiler has to say about a host, against the declarations that are published. */
function complaintsAbout(host: string): Promise<string> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '-p', join(types, host)], (error, stdout, stderr) => {
      resolve(stdout + stderr + (error?.message ?? ''))
    })
  })
}

// Each folder is a host of its own, because a program can extend `Express` only once. What must not compile is
// marked there with @ts-expect-error.
describe('the published types', () => {
  test.each(hosts)('are as the host %s expects', async (host) => {
    const complaints = await complaintsAbout(host)

    expect(complaints).toBe('')
  })
})
