import { afterAll } from '@jest/globals'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../src/store/generated/client.js'
import type { TestDatabase } from './database.js'

export interface CountingClient {
  readonly prisma: PrismaClient
  /** Statements sent to the database since the last call. */
  countQueries(): number
}

const opened: PrismaClient[] = []
afterAll(async () => {
  await Promise.all(opened.map((prisma) => prisma.$disconnect()))
})

/** A host's own client, which tells what it sends. */
export function openPrisma(database: Pick<TestDatabase, 'url'>): CountingClient {
  const adapter = new PrismaPg({ connectionString: database.url, max: 5 })
  const prisma = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] })
  opened.push(prisma)
  let queries = 0
  prisma.$on('query', () => {
    queries += 1
  })
  return {
    prisma,
    countQueries() {
      const counted = queries
      queries = 0
      return counted
    },
  }
}
