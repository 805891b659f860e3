import { createTemplate, dropTemplate } from '../tests/support/template.js'

export { createTemplate as setup, dropTemplate as teardown }
