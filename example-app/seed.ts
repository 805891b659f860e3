import { setTimeout as sleep } from 'node:timers/promises'
import type { IssuedKey, IssueInput, Keyring } from 'express-api-keys'
import pg from 'pg'
import type { OrderBook } from './orders.js'

const north = {
  tenantId: '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a01',
  userId: '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a11',
  tenant: 'North Wind Traders',
  email: 'nora@north.example',
}
const south = {
  tenantId: '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a02',
  userId: '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a12',
  tenant: 'South Sea Shipping',
  email: 'saul@south.example',
}

const CONNECT_TIMEOUT_MS = 5_000
const SHORTEST_LIFE_MS = 300

/** Two tenants with a user each; what an earlier start made is kept. */
export async function seedTenants(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  await client.connect()
  try {
    for (const { tenantId, userId, tenant, email } of [north, south]) {
      await client.query('INSERT INTO tenants (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        tenantId,
        tenant,
      ])
      await client.query(
        'INSERT INTO users (id, tenant_id, email) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [userId, tenantId, email],
      )
    }
  } finally {
    await client.end()
  }
}

export function seedOrders(orders: OrderBook): void {
  orders.add(north.tenantId, 'compass')
  orders.add(north.tenantId, 'storm lantern')
  orders.add(south.tenantId, 'sextant')
}

/** Fresh keys, one for each answer worth seeing. */
export async function issueKeys(keyring: Keyring): Promise<ReadonlyMap<string, string>> {
  const issue = (name: string, { tenantId, userId }: typeof north, more: Partial<IssueInput>) =>
    keyring.issue({ tenantId, userId, name: `example: ${name}`, ...more })

  const full = await issue('full', north, { scopes: ['orders:*'] })
  const readOnly = await issue('read-only', north, { scopes: ['orders:read'], limits: ['5/s'] })
  const otherTenant = await issue('other-tenant', south, { scopes: ['orders:*'] })
  const expired = await issue('expired', north, {
    scopes: ['orders:*'],
    expiresAt: new Date(Date.now() + SHORTEST_LIFE_MS),
  })
  const revoked = await issue('revoked', north, { scopes: ['orders:*'] })
  await keyring.revoke({ tenantId: north.tenantId, id: revoked.apiKey.id })
  const admin = await issue('admin', north, { scopes: ['api-keys:manage', 'orders:*'] })
  await expiry(expired)

  return new Map([
    ['full', full.secret],
    ['read-only', readOnly.secret],
    ['other-tenant', otherTenant.secret],
    ['expired', expired.secret],
    ['revoked', revoked.secret],
    ['admin', admin.secret],
  ])
}

/** A key cannot be issued expired, so the example waits for one to end. */
async function expiry({ apiKey }: IssuedKey): Promise<void> {
  const left = (apiKey.expiresAt?.getTime() ?? 0) - Date.now()
  if (left > 0) await sleep(left)
}
