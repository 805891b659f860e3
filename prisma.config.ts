import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // Commands that need no database (generate, validate) run without the variable.
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
