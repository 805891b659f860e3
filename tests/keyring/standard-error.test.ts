import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { useDatabase } from '../support/database.js'
import { openKeyring } from '../support/keyring.js'

const database = useDatabase()

test('a keyring without an observer says once which scopes of its keys nobody has defined', async () => {
  const owner = await database.addTenant()
  const scopes = ['orders:read', 'audit:read', 'audit:*']
  await openKeyring({ databaseUrl: database.url }).issue({ ...owner, name: 'CI', scopes })

  const { stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    `import { createKeyring, defineScopes } from './dist/index.js'
     const scopes = defineScopes(['orders:read', 'orders:write'])
     const keyring = createKeyring({ databaseUrl: ${JSON.stringify(database.url)}, scopes })
     await keyring.health()
     await new Promise((resolve) => process.once('warning', resolve))
     await keyring.health()
     await keyring.close()`,
  ])

  const said = 'Keys hold scopes that defineScopes() does not name: "audit:*", "audit:read". Name them there'
  expect(stderr.split(said)).toHaveLength(2)
})

test('an app on a dead database says so on standard error, once for all its requests', async () => {
  const program = `
    import express from 'express'
    import { apiKeyAuth, createKeyring } from './dist/index.js'
    import { secretFormat } from './dist/key/secret.js'
    const keyring = createKeyring({ databaseUrl: 'postgresql://admin:hunter2@127.0.0.1:1/shop' })
    const app = express().use(apiKeyAuth({ keyring }))
    const server = app.listen(0, async () => {
      const url = 'http://127.0.0.1:' + server.address().port
      for (let n = 0; n < 3; n += 1) {
        const { secret } = secretFormat('ak').generate()
        const { status } = await fetch(url, { headers: { authorization: 'Bearer ' + secret } })
        console.log(status)
      }
      server.close()
      server.closeAllConnections()
      await keyring.close()
    })`

  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    program,
  ])

  expect(stdout).toBe('503\n503\n503\n')
  const said = stderr.split('\n').filter((line) => line.includes('ExpressApiKeysWarning'))
  expect(said).toEqual([
    expect.stringContaining('for the database cannot be reached (ECONNREFUSED): see that it runs'),
  ])
  expect(stderr).not.toMatch(/127\.0\.0\.1|hunter2|admin|shop|ak_/)
})
