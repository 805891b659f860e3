import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { useCommandLine } from '../support/owned-keys.js'

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
}

async function runOnTerminal(args: readonly string[], typing?: Typing, env: NodeJS.ProcessEnv = {}) {
  const { NO_COLOR: _, ...own } = process.env
  const command = [process.execPath, main, ...args].map((part) => `'${part}'`).join(' ')
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...own, TERM: 'xterm', DATABASE_URL: database.url, ...env },
  })
  let printed = ''
  let isTyped = false
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    if (typing !== undefined && !isTyped && printed.includes(typing.after)) {
      isTyped = true
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

    const { printed } = await runOnTerminal(['list', ...tenant], undefined, { NO_COLOR: '1' })

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
})
