import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../dist/store/generated/client.js'
import { config } from './serve.js'

/** A client as an app has it: the driver's own pool of ten. */
export const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: config.databaseUrl }) })
