import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const docs = guides.map((file) => readFileSync(join(root, 'docs', file), 'utf8'))
const snippets = [readme, ...docs].flatMap((text) =>
  [...text.matchAll(/^```ts\n(.+?)^```/gms)].map(([, code = '']) => code),
)

// Inside the checkout, so that the snippets find what a host would have installed.
const folder = join(root, 'tests', '.readme')

describe('the README, with the pages of docs', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'generated/prisma'), { recursive: true })
    writeFileSync(
      join(folder, 'generated/prisma/client.ts'),
      `export * from '../../../../src/store/generated/client.js'\n`,
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('has TypeScript that compiles, each snippet a file of a host', async () => {
    const files = snippets.map((code, at) => {
      // The two lines at the top show the idea, without the imports that an app has.
      const isWhole = /^(import|declare|export) /m.test(code)
      const imports = `import express from 'express'\nimport { apiKeyAuth, requireScope } from 'express-api-keys'\n`
      const file = `snippet-${at}.ts`
      writeFileSync(join(folder, file), isWhole ? code : `${imports}const app = express()\n${code}`)
      return file
    })
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: {
        noUnusedLocals: false,
        paths: {
          'express-api-keys': ['../../dist/index.d.ts'],
          'express-api-keys/admin': ['../../dist/admin.d.ts'],
          'express-api-keys/otel': ['../../dist/otel.d.ts'],
          'express-api-keys/testing': ['../../dist/testing.d.ts'],
        },
      },
      include: files,
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))

    const compiling = promisify(execFile)(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
    ])

    expect(files.length).toBeGreaterThan(4)
    await expect(compiling).resolves.toMatchObject({ stdout: '' })
  })

  test.each(['npm ci && npm start', 'npm ci && npm test'])('prints the command %s', (command) => {
    expect(readme).toContain(`\`\`\`sh\n${command}\n\`\`\``)
  })

  test('names every relation that a host’s own models need', () => {
    const schema = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8')
    const [ofHosts = ''] = schema.split('\nmodel ApiKey ')
    const relations = [...ofHosts.matchAll(/^ +(\w+) +ApiKey\w*\[\]/gm)].map(([, field]) => field)

    const missing = relations.filter((field) => !docs.join().includes(`\`${field}\``))

    expect(relations.length).toBeGreaterThan(1)
    expect(missing).toEqual([])
  })

  test('lead somewhere with every link', () => {
    const pages = ['README.md', 'SECURITY.md', ...guides.map((file) => `docs/${file}`)]
    const linksOf = (page: string) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)].map(
        ([, path = '', anchor = '']) => ({
          page,
          target: path === '' ? page : join(page, '..', path),
          anchor,
        }),
      )
    const headingsOf = (page: string) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/^#+ (.+)$/gm)].map(
        ([, title = '']) =>
          `#${title
            .toLowerCase()
            .replaceAll(/[^\p{L}\d\s_-]/gu, '')
            .replaceAll(' ', '-')}`,
      )

    const links = pages.flatMap(linksOf)
    const broken = links.filter(
      ({ target, anchor }) =>
        !existsSync(join(root, target)) || (anchor !== '' && !headingsOf(target).includes(anchor)),
    )

    expect(links.length).toBeGreaterThan(10)
    expect(broken).toEqual([])
  })

  test('explain every code and every reason in docs/errors.md', async () => {
    const { responses, usageStatus } = await import('../src/responses.js')
    const { refusalReasons } = await import('../src/errors.js')
    const errors = readFileSync(join(root, 'docs/errors.md'), 'utf8')

    const codes = [
      ...Object.entries(responses).map(([code, { status }]) => `| \`${code}\` | ${status} |`),
      ...Object.entries(usageStatus).map(([code, status]) => `| \`${code}\` | ${status} |`),
    ]
    const missing = [...codes, ...refusalReasons.map((reason) => `\`${reason}\``)].filter(
      (text) => !errors.includes(text),
    )

    expect(missing).toEqual([])
  })

  test('lists every response the package can give', async () => {
    const { responses } = await import('../src/responses.js')

    const missing = Object.entries(responses).filter(
      ([code, { status }]) => !readme.includes(`\`${code}\` | ${status} |`),
    )

    expect(missing).toEqual([])
  })
})
