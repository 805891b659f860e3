import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { manifest, root } from './checkout.js'

/** All that the tarball may hold beside what folders hold. A new file is a decision: it is written here. */
const named = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'package.json',
  'prisma/existing-app-tables.sql',
  'prisma/existing-app.sql',
  'prisma/migrations/migration_lock.toml',
  'prisma/prisma.config.mjs',
  'prisma/schema.prisma',
]
/** What else there is of these in the checkout is in the tarball, all of it, and is of this form. */
const folders = {
  docs: /^docs\/(?:[a-z-]+\.md|pictures\/[a-z-]+\.(?:dot|svg))$/,
  'prisma/migrations': /^prisma\/migrations\/\d{14}_\w+\/migration\.sql$/,
}

/** What several entries share; where it is cut is the bundler's affair. */
const chunk = /^dist\/chunks\/[a-z-]+\d*\.js$/

export async function checkFiles({ check }, tarball) {
  const files = await listFiles(tarball)
  const entries = [manifest.exports, manifest.bin].flatMap(filesIn)

  for (const file of new Set([...named, ...entries])) {
    await check(`the tarball holds ${file}`, () => assert.ok(files.includes(file)))
  }
  for (const [folder, form] of Object.entries(folders)) {
    const wanted = filesUnder(folder).filter((file) => !named.includes(file))
    await check(`the tarball holds all of ${folder}, as it should be named`, () => {
      assertSame(
        files.filter((file) => form.test(file)),
        wanted,
      )
    })
  }
  await check('its dist holds the types of every source, its entries, and what these share', () => {
    assertSame(
      files.filter((file) => file.startsWith('dist/') && !chunk.test(file)),
      [...filesUnder('src').map(typesOf), ...entries.filter((file) => /^dist\/.*\.js$/.test(file))],
    )
  })
  await check('the tarball holds nothing else', () => {
    const forms = [/^dist\//, ...Object.values(folders)]
    const rest = files.filter((file) => !forms.some((form) => form.test(file)))
    assertSame(rest, named)
  })
}

async function listFiles(tarball) {
  const { stdout } = await promisify(execFile)('tar', ['-tzf', tarball])
  return stdout
    .trim()
    .split('\n')
    .map((file) => file.replace(/^package\//, ''))
}

/** The paths at the leaves of what `exports` or `bin` says. */
function filesIn(told) {
  if (typeof told === 'string') return [told.replace(/^\.\//, '')]
  return Object.values(told).flatMap(filesIn)
}

function filesUnder(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length).replaceAll('\\', '/'))
}

function typesOf(source) {
  return source.replace(/^src\//, 'dist/').replace(/\.ts$/, '.d.ts')
}

/** Only what differs is told: the lists are long. */
function assertSame(actual, expected) {
  const without = (some, others) => some.filter((one) => !others.includes(one))
  const difference = { missing: without(expected, actual), unexpected: without(actual, expected) }
  assert.deepEqual(difference, { missing: [], unexpected: [] })
}
