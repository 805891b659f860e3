import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { useCommandLine } from '../support/owned-keys.js'
import { runFolder } from '../support/run-folder.js'

const database = useDatabase()
const { addKey, addOwner } = useCommandLine(database)
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

// `script` of util-linux gives a command a terminal; the one of BSD takes other arguments.
const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true
const onTerminal = hasScript ? test : test.skip

interface Typing {
  /** What is typed once this has been printed. */
  readonly after: string
  readonly keys: string
  /** What happens while the question waits. */
  readonly meanwhile?: () => void
}

interface Surroundings {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

async function runOnTerminal(args: readonly string[], typing?: Typing, { env, cwd }: Surroundings = {}) {
  const { NO_COLOR: _, ...own } = process.env
  const command = [process.execPath, main, ...args].map((part) => `'${part}'`).join(' ')
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...own, TERM: 'xterm', DATABASE_URL: database.url, ...env },
    cwd,
  })
  let printed = ''
  let isTyped = false
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    if (typing !== undefined && !isTyped && printed.includes(typing.after)) {
      isTyped = true
      typing.meanwhile?.()
      terminal.stdin.write(typing.keys)
    }
  })
  const [exitCode] = await once(terminal, 'close')
  return { exitCode, printed }
}

const PROMPT = 'not shown while you type or paste it'

describe('on a terminal', () => {
  onTerminal('inspect asks for the secret, and does not show it', async () => {
    const { id, secret } = await addKey()

    const { exitCode, printed } = await runOnTerminal(['inspect'], { after: PROMPT, keys: `${secret}\r` })

    expect(exitCode).toBe(0)
    expect(printed).toContain(id)
    expect(printed.includes(secret.slice(8))).toBe(false)
  })

  onTerminal('Ctrl-C at that question ends with 130', async () => {
    const { exitCode, printed } = await runOnTerminal(['inspect'], { after: PROMPT, keys: '\u0003' })

    expect(exitCode).toBe(130)
    expect(printed).not.toMatch(/\bat .*:\d+:\d+/)
  })

  onTerminal('a table has colours', async () => {
    const { tenant } = await addKey()

    const { printed } = await runOnTerminal(['list', ...tenant])

    expect(printed).toContain('\u001b[32mactive\u001b[0m')
  })

  onTerminal('and with NO_COLOR none', async () => {
    const { tenant } = await addKey()

    const { printed } = await runOnTerminal(['list', ...tenant], undefined, { env: { NO_COLOR: '1' } })

    expect(printed).toContain('active')
    expect(printed).not.toContain('\u001b')
  })

  onTerminal('a name cannot tell the terminal what to do', async () => {
    const { tenant, tenantId, userId } = await addOwner()
    await database.query(
      `INSERT INTO api_keys (tenant_id, user_id, name, key_prefix, key_hash)
       VALUES ($1, $2, $3, 'ak_aaaa', md5($4) || md5($4))`,
      [tenantId, userId, '\u001b]0;owned\u0007', tenantId],
    )

    const { printed } = await runOnTerminal(['list', ...tenant])

    expect(printed).toContain('\\u{1b}]0;owned\\u{7}')
    expect(printed).not.toContain('\u001b]0;')
  })

  onTerminal('init loses nothing of what was saved while it asked', async () => {
    const cwd = mkdtempSync(join(runFolder(), 'init-asks-'))
    const schema = join(cwd, 'schema.prisma')
    const before = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id Int @id\n}\n'
    writeFileSync(schema, before)

    const { exitCode, printed } = await runOnTerminal(
      ['init', '--no-tenant'],
      { after: 'Write this?', keys: 'y\r', meanwhile: () => appendFileSync(schema, '// saved\n') },
      { cwd },
    )

    expect(exitCode).toBe(2)
    expect(printed).toContain('so nothing was written: run this again.')
    expect(readFileSync(schema, 'utf8')).toBe(`${before}// saved\n`)
  })
})
