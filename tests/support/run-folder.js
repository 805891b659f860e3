import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What one run of the suite leaves behind: issued secrets, dumps of its databases, the migrated template. */
export function runFolder() {
  process.env.TEST_RUN_FOLDER ??= mkdtempSync(join(tmpdir(), 'express-api-keys-'))
  return process.env.TEST_RUN_FOLDER
}
