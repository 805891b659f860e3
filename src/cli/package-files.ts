import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Built, this file lies in dist/cli; the package's own files are two folders up.
const root = new URL('../../', import.meta.url)

export function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  const hasVersion = typeof content === 'object' && content !== null && 'version' in content
  return hasVersion ? String(content.version) : 'unknown'
}

/** For Prisma's CLI: the package's schema, its migrations, and DATABASE_URL. */
export const prismaConfig = fileURLToPath(new URL('prisma/prisma.config.mjs', root))

/** A file of the package's folder `prisma`. */
export function shippedFile(name: string): string {
  return readFileSync(new URL(`prisma/${name}`, root), 'utf8')
}

/** The folder of the package's own migrations. */
export const ownMigrations = fileURLToPath(new URL('prisma/migrations', root))
