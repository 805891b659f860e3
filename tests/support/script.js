// A script as a host writes one: issues a key, uses it, and closes the keyring if told to. Then it has nothing
// to do any more, and says so; whether the process ends is what the test looks at.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyring } from '../../dist/index.js'

const { databaseUrl, owner, authenticates, closes } = JSON.parse(process.argv[2])
const keyring = createKeyring({ databaseUrl, onEvent: () => {} })
const { apiKey, secret } = await keyring.issue({ ...owner, name: 'script' })
appendFileSync(join(process.env.TEST_RUN_FOLDER, 'secrets'), `${secret}\n`)
if (authenticates) {
  await keyring.authenticate(secret)
  // Long enough for the listener and the lease to be there.
  await new Promise((resolve) => setTimeout(resolve, 1_000))
}
process.stdout.write(`${apiKey.id}\n`)
if (closes) await keyring.close()
process.stdout.write('done\n')
