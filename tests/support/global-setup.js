import { createTemplate } from './template.js'

export default async function globalSetup() {
  await createTemplate()
}
