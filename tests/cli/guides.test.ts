import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type TenantWithUser, useDatabase } from '../support/database.js'
import { noteSecret, openKeyring } from '../support/keyring.js'
import { runFolder } from '../support/run-folder.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const main = join(root, 'dist/cli/main.js')

const database = useDatabase()
let owner: TenantWithUser
let folder: string
beforeAll(async () => {
  owner = await database.addTenant()
  folder = mkdtempSync(join(runFolder(), 'guides-'))
  // What npx would find in a project that has installed the package.
  symlinkSync(main, join(folder, 'express-api-keys'))
})

/** The commands of one guide that call the package, with its examples of other languages. */
function guide(name: string) {
  const text = readFileSync(join(root, 'docs', name), 'utf8')
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.+?)^\`\`\``, 'gms'))].map(([, code = '']) => code)
  const commands = blocks('sh')
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('npx express-api-keys '))
  return { commands, blocks }
}

/** Runs them one after another until one fails, and tells what each printed. */
async function run(commands: readonly string[], env: Record<string, string>): Promise<string> {
  const script = commands.join('\n').replaceAll(/^npx /gm, '')
  const { stdout, stderr } = await promisify(execFile)('sh', ['-eu', '-c', script], {
    cwd: folder,
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      TENANT: owner.tenantId,
      USER_ID: owner.userId,
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      ...env,
    },
  })
  for (const [secret] of stdout.matchAll(/ak_[0-9A-Za-z]{49}/g)) noteSecret(secret)
  return stdout + stderr
}

async function issueKey() {
  const keyring = openKeyring({ databaseUrl: database.url, cache: false })
  const { apiKey, secret } = await keyring.issue({ ...owner, name: 'guide', scopes: ['orders:read'] })
  const find = () => keyring.get({ tenantId: owner.tenantId, id: apiKey.id })
  return { keyring, id: apiKey.id, secret, find }
}

describe('the commands of the guides', () => {
  test('issue, rotate, revoke, show and find a key, as docs/manage.md says', async () => {
    const { commands } = guide('manage.md')
    const { id, secret, find } = await issueKey()
    writeFileSync(join(folder, 'found.key'), secret)

    const printed = await run(commands, { ID: id })

    noteSecret(readFileSync(join(folder, 'new.key'), 'utf8').trim())
    expect(commands).toHaveLength(7)
    expect(printed).toMatch(/^ak_[0-9A-Za-z]{49}$/m)
    expect(printed).toContain('Usage: express-api-keys')
    expect(await find()).toMatchObject({
      revokedReason: 'pushed to a public repository',
      revokedAt: expect.any(Date),
    })
  }, 60_000)

  test('replace a secret that has leaked, as docs/rotation.md says', async () => {
    const { commands } = guide('rotation.md')
    const { id, keyring, find } = await issueKey()

    await run(
      commands.map((command) => command.replace('new.key', 'leaked.key')),
      { ID: id },
    )

    const file = join(folder, 'leaked.key')
    const successor = readFileSync(file, 'utf8').trim()
    noteSecret(successor)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await find()).toMatchObject({ revokedReason: 'leaked' })
    await expect(keyring.authenticate(successor)).resolves.toMatchObject({ apiKey: { rotatedFromId: id } })
  }, 60_000)

  test('take over the keys of a file, as docs/moving-in.md says', async () => {
    const { commands, blocks } = guide('moving-in.md')
    const secret = `sk_live_${'Jq7'.repeat(12)}`
    const [example = ''] = blocks('csv')
    const [header = '', line = ''] = example.trim().split('\n')
    const [tenantId = '', userId = ''] = line.split(',')
    const hash = createHash('sha256').update(secret).digest('hex')
    const csv = line
      .replace(tenantId, owner.tenantId)
      .replace(userId, owner.userId)
      .replace(/[0-9a-f]+…/, hash)
    writeFileSync(join(folder, 'keys.csv'), `${header}\n${csv}\n`)

    await run(commands, {})

    const keyring = openKeyring({ databaseUrl: database.url, imported: ['sk_live_'] })
    expect(commands).toHaveLength(2)
    await expect(keyring.authenticate(secret)).resolves.toMatchObject({
      apiKey: { name: 'CI', scopes: ['orders:read', 'orders:write'] },
    })
  }, 60_000)
})
