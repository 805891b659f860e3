// For Prisma's CLI, to make this package's tables: what `express-api-keys migrate` runs.
//   npx prisma migrate deploy --config node_modules/express-api-keys/prisma/prisma.config.mjs
import { fileURLToPath } from 'node:url'

const beside = (name) => fileURLToPath(new URL(name, import.meta.url))

export default {
  schema: beside('schema.prisma'),
  migrations: { path: beside('migrations') },
  datasource: { url: process.env.DATABASE_URL ?? '' },
}
