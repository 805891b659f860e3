// Asks for keys in every way while its connections are ended as they are made, and lives on.
import { createKeyring } from '../../dist/index.js'

const { databaseUrl, tenantId } = JSON.parse(process.argv[2])
const keyring = createKeyring({ databaseUrl, onEvent: () => {} })
const asked = [() => keyring.list({ tenantId }), () => keyring.health()]
for (let round = 0; round < 5; round += 1) {
  await Promise.allSettled(asked.map((ask) => ask()))
  // A heartbeat or two, and the listener.
  await new Promise((resolve) => setTimeout(resolve, 300))
}
process.stdout.write('alive\n')
process.exit(0)
