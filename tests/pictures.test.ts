import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const draw = fileURLToPath(new URL('../scripts/pictures.js', import.meta.url))

test('the pictures of docs are drawn from the texts beside them', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [draw, '--check'])

  expect(stdout).toBe('')
})
