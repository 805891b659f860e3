import { createTemplate, dropTemplate } from '../tests/support/template.js'

export async function setup() {
  if (process.env.DATABASE_URL) await createTemplate()
}

export async function teardown() {
  await dropTemplate()
}
