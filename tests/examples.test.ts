import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'

const root = fileURLToPath(new URL('../', import.meta.url))
// Inside the checkout, so that the examples find what a host would have installed.
const folder = join(root, 'tests/.examples')

/** What an app has at hand where it does what an example shows. */
const surroundings = `
  import express, { type RequestHandler } from 'express'
  import { pino } from 'pino'
  import request from 'supertest'
  import {
    apiKeyAuth, ApiKeyError, type ApiKey, auditRoutes, createKeyring, defineScopes, type Keyring, keyStatus, redactPaths,
    requireAnyScope, requireScope, type ScopeOf,
  } from 'express-api-keys'
  import { apiKeyOpenApi, apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
  import { openTelemetry } from 'express-api-keys/otel'
  import { actingAs, createMemoryKeyring } from 'express-api-keys/testing'
  import type { PrismaClient } from '../../src/store/generated/client.js'

  declare const prisma: PrismaClient
  declare const [keyring, live, test]: [Keyring, Keyring, Keyring]
  declare const { apiKey, tenantId, userId, id }: { apiKey: ApiKey; tenantId: string; userId: string; id: string }
  declare const { addOrder, showOrder, showPrices }: Record<'addOrder' | 'showOrder' | 'showPrices', RequestHandler>
  declare const logger: { warn: (text: string) => void }
  declare function createApp(options: { keyring: Keyring }): express.Express
  const app = express()
`

interface Example {
  readonly source: string
  readonly code: string
}

function examplesOf(source: string): readonly Example[] {
  const text = readFileSync(join(root, 'src', source), 'utf8')
  const comments = [...text.matchAll(/\/\*\*(.*?)\*\//gs)].map(([, comment = '']) =>
    comment.replaceAll(/^ *\* ?/gm, ''),
  )
  return comments.flatMap((comment) =>
    comment
      .split('@example')
      .slice(1)
      .map((code) => ({ source, code })),
  )
}

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
const examples = sources
  .filter((source) => source.endsWith('.ts') && !source.includes('generated'))
  .flatMap(examplesOf)

describe('the examples in doc comments', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('compile, each inside of an app', async () => {
    mkdirSync(folder, { recursive: true })
    for (const [at, { code }] of examples.entries()) {
      const file = `${surroundings}\nexport async function example() {\n${code}\n}\n`
      writeFileSync(join(folder, `example-${at}.ts`), file)
    }
    const paths = Object.fromEntries(
      ['', '/admin', '/otel', '/testing'].map((subpath) => [
        `express-api-keys${subpath}`,
        [`../../dist${subpath || '/index'}.d.ts`],
      ]),
    )
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, paths }
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions,
      include: examples.map((_, at) => `example-${at}.ts`),
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))

    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const compiled = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    )

    expect(examples.length).toBeGreaterThan(15)
    expect(compiled).toBe('')
  }, 60_000)
})
