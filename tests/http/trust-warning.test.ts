import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'

/** What an app prints on standard error that has this setting, and gets two requests with X-Forwarded-For. */
async function printedWith(setting: string): Promise<string> {
  const { stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    `import express from 'express'
     import { apiKeyAuth, createKeyring } from './dist/index.js'
     const keyring = createKeyring({ databaseUrl: 'postgresql://postgres@127.0.0.1:9/nowhere' })
     const app = express()
     app.set('trust proxy', ${setting})
     app.use(apiKeyAuth({ keyring }))
     const server = app.listen(0, '127.0.0.1', async () => {
       const headers = { authorization: 'Bearer junk', 'x-forwarded-for': '192.0.2.1' }
       for (let n = 0; n < 2; n += 1) await fetch('http://127.0.0.1:' + server.address().port, { headers })
       server.close()
       await keyring.close()
     })`,
  ])
  return stderr
}

describe('an app whose "trust proxy" is', () => {
  test.each([
    ['true', 'trusts everybody, so any client can claim any address.'],
    ['() => true', 'trusts everybody, so any client can claim any address.'],
    ['["::/1", "8000::/1"]', 'trusts everybody, so any client can claim any address.'],
    ['(address) => address.includes(":")', 'trusts everybody, so any client can claim any address.'],
    ['false', 'Requests come with X-Forwarded-For, but Express\' "trust proxy" is off'],
  ])('%s is warned once, with the mend', async (setting, what) => {
    const printed = await printedWith(setting)

    expect(printed.split(what)).toHaveLength(2)
    expect(printed).toContain(
      'To mend it, set "trust proxy" to the number of your proxies or to their addresses.',
    )
  })

  test.each(['1', '"loopback"', '["192.0.2.0/24", "127.0.0.1"]', '["fc00::/7", "::1", "loopback"]'])(
    '%s is not',
    async (setting) => {
      expect(await printedWith(setting)).toBe('')
    },
  )
})
