import { randomUUID } from 'node:crypto'
import { skip } from './skip.js'

/** Owners without a database. What asks the database itself is for the tests on PostgreSQL. */
export function useDatabase() {
  return {
    url: 'in-memory',
    query: skip,
    openSession: skip,
    addTenant: async () => ({ tenantId: randomUUID(), userId: randomUUID() }),
  }
}
