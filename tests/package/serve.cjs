// A host's app, given what it loaded as ESM or as CommonJS. Prints the status of each request as JSON.
const { randomUUID } = require('node:crypto')
const { once } = require('node:events')
const pg = require('pg')

async function addUser() {
  const [tenantId, userId] = [randomUUID(), randomUUID()]
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await client.connect()
  await client.query('INSERT INTO tenants (id, name) VALUES ($1, $2)', [tenantId, 'Acme'])
  const email = `${userId}@example.test`
  await client.query('INSERT INTO users (id, tenant_id, email) VALUES ($1, $2, $3)', [
    userId,
    tenantId,
    email,
  ])
  await client.end()
  return { tenantId, userId }
}

exports.serve = async (
  { apiKeyAuth, createKeyring, requireScope, apiKeyOpenApi, apiKeyRouter, authorizeByKey },
  express,
) => {
  // A busy machine is no reason to fail.
  const keyring = createKeyring({ queryTimeoutMs: 10_000 })
  const owner = await addUser()
  const { secret } = await keyring.issue({ ...owner, name: 'CI', scopes: ['orders:read'] })
  const manager = await keyring.issue({ ...owner, name: 'admin', scopes: ['api-keys:manage', 'orders:*'] })

  const app = express()
  app.use('/api-keys', apiKeyRouter({ keyring, authorize: authorizeByKey({ keyring }) }))
  app.use(apiKeyAuth({ keyring }))
  app.get('/orders', requireScope('orders:read'), (req, res) => res.json({ tenantId: req.tenant.id }))
  app.get('/invoices', requireScope('invoices:read'), (_req, res) => res.json({}))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const authorization = `Bearer ${secret}`
  const call = async (path, headers, more = {}) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { headers, ...more })
    return { status: response.status, body: await response.json() }
  }
  const allowed = await call('/orders', { authorization })
  const anonymous = await call('/orders', {})
  const unscoped = await call('/invoices', { authorization })
  const issued = await call(
    '/api-keys',
    { authorization: `Bearer ${manager.secret}`, 'content-type': 'application/json' },
    { method: 'POST', body: JSON.stringify({ name: 'child', scopes: ['orders:read'] }) },
  )
  const child = await call('/orders', { authorization: `Bearer ${issued.body.secret}` })
  process.stdout.write(
    JSON.stringify({
      withKey: allowed.status,
      ofItsTenant: allowed.body.tenantId === owner.tenantId,
      withoutKey: anonymous.status,
      withoutScope: unscoped.status,
      issuedByRouter: issued.status,
      withIssuedKey: child.status,
      describedPaths: Object.keys(apiKeyOpenApi({ basePath: '/api-keys' }).paths).length,
    }),
  )

  server.close()
  server.closeAllConnections()
  await keyring.close()
}
