import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { CliFailure, usageFailure } from '../failure.js'
import { prismaConfig } from '../package-files.js'
import type { Shell } from '../shell.js'

const LEAST_MAJOR = 7
const LIMIT_MS = 300_000

/** The `prisma` of the project that the command runs in, else one beside this package. */
export function findPrismaCli(folder: string): string {
  for (const place of [join(folder, 'package.json'), import.meta.url]) {
    const manifest = resolveManifest(place)
    if (manifest !== null) return programOf(manifest)
  }
  throw usageFailure(
    'The prisma CLI is not installed here: run "npm install --save-dev prisma" and try again.',
  )
}

function resolveManifest(place: string): string | null {
  try {
    return createRequire(place).resolve('prisma/package.json')
  } catch {
    return null
  }
}

function programOf(manifest: string): string {
  const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
  const { version, bin }: Record<string, unknown> = Object(content)
  if (!(Number.parseInt(String(version), 10) >= LEAST_MAJOR)) {
    throw usageFailure(
      `The prisma CLI here is of version ${String(version)}: ${LEAST_MAJOR} or later is needed.`,
    )
  }
  return join(dirname(manifest), typeof bin === 'string' ? bin : String(Object(bin).prisma))
}

/** `prisma migrate deploy` with the package's own schema and migrations. Its talk, which names hosts, is kept. */
export async function deployMigrations(program: string, shell: Shell): Promise<void> {
  const prisma = spawn(process.execPath, [program, 'migrate', 'deploy', '--config', prismaConfig], {
    env: { ...shell.env, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  })
  const forget = shell.onInterrupt(() => prisma.kill())
  let said = ''
  for (const stream of [prisma.stdout, prisma.stderr]) {
    stream.on('data', (text) => {
      said += String(text)
    })
  }
  const exitCode = await new Promise<number | null>((resolve) => {
    prisma.once('error', () => resolve(null))
    prisma.once('close', resolve)
  })
  forget()
  if (exitCode !== 0) throw explain(/\bP\d{4}\b/.exec(said)?.[0])
}

function explain(code: string | undefined): CliFailure {
  if (code === 'P1001' || code === 'P1002') {
    return new CliFailure(
      'unreachable',
      'unreachable',
      'Prisma cannot reach the database: is DATABASE_URL right?',
    )
  }
  if (code === 'P3005') {
    return new CliFailure(
      'conflict',
      'migration_conflict',
      'The database holds other tables, and no notes of migrations: baseline it first (https://pris.ly/d/migrate-baseline).',
    )
  }
  const command = 'npx prisma migrate deploy --config node_modules/express-api-keys/prisma/prisma.config.mjs'
  return new CliFailure(
    'failed',
    'migration_failed',
    `The prisma CLI failed${code === undefined ? '' : ` with ${code}`}: run "${command}" to see why.`,
  )
}
