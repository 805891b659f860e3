import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { freePort, type RunningExample, startExample } from '../support/example.js'
import { noteSecret } from '../support/keyring.js'
import { runFolder } from '../support/run-folder.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const readme = readFileSync(join(root, 'example-app/README.md'), 'utf8')
const [, section = ''] = readme.split('## The same from a shell')
const [settings = '', ...blocks] = [
  ...section
    .split(/^## /m, 1)
    .join()
    .matchAll(/^```sh\n(.+?)^```/gms),
].map(([, code = '']) => code)

const database = useDatabase()
let example: RunningExample | undefined
afterAll(() => example?.interrupt())

// Prints the status alone; not every machine has curl.
const curl = `#!/usr/bin/env node
const [, , , , header, url] = process.argv
const [name, value] = header.split(': ')
fetch(url, { headers: { [name]: value } }).then(({ status }) => console.log('status ' + status))
`

function folderWithCurl(): string {
  const folder = join(runFolder(), 'cli-example')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'curl'), curl)
  chmodSync(join(folder, 'curl'), 0o755)
  return folder
}

describe('the commands of the example’s README', () => {
  test('issue a key, use it, rotate it with a grace and revoke it, as they say', async () => {
    const folder = folderWithCurl()
    const port = await freePort()
    example = startExample(folder, { PORT: String(port), DATABASE_URL: database.url })
    await example.printed('Ctrl-C stops.')
    for (const [secret] of example.output().matchAll(/ak_[0-9A-Za-z]{49}/g)) noteSecret(secret)
    const commands = [settings.replace(/DATABASE_URL=\S+ # .*/, ''), ...blocks].join('\n')

    const { stdout, stderr } = await promisify(execFile)(
      'sh',
      ['-eu', '-c', commands.replaceAll('localhost:3000', `localhost:${port}`)],
      {
        cwd: root,
        env: {
          ...process.env,
          DATABASE_URL: database.url,
          PATH: `${folder}${delimiter}${process.env.PATH}`,
        },
      },
    )

    const promised = [...commands.matchAll(/^curl .* # (\d+)$/gm)].map(([, status]) => `status ${status}`)
    const [listed = '', events = ''] = stdout.split(/(?=^WHEN )/m)
    expect(promised).toEqual(['status 200', 'status 200', 'status 200', 'status 401', 'status 200'])
    expect(stdout.match(/^status \d+$/gm)).toEqual(promised)
    expect(listed).toMatch(/^[0-9a-f-]{36} {2}shell +ak_.{4} {2}active +orders:read /m)
    expect(events.match(/\b(issued|rotated|revoked)\b/g)).toEqual(['revoked', 'rotated', 'issued'])
    expect(stdout + stderr).not.toMatch(/ak_[0-9A-Za-z]{49}/)
  }, 60_000)
})
