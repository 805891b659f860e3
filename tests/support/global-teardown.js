import { dropTemplate } from './template.js'

export default async function globalTeardown() {
  await dropTemplate()
}
