import type { LoadKeys } from '../key/loaded-keys.js'
import { invalidOption } from '../options.js'
import { isPostgresUrl, mendOfUrl } from '../postgres-url.js'
import type { AnyApiKeyClient } from '../store/client.js'
import { createDefaultClient } from '../store/default-client.js'
import { DEFAULT_SCHEMA, schemaOf } from '../store/schema.js'
import { type AnyKeyringOptions, factory } from './options.js'

export interface ChosenDatabase {
  readonly client: AnyApiKeyClient
  /** How keys are loaded other than through the client. */
  readonly loadKeys: LoadKeys | undefined
  /** Where to listen, if that is known. */
  readonly databaseUrl: string | undefined
  readonly schema: string
  /** To be waited for before the first query of a verb, outside of its time limit. */
  readonly prepare: () => Promise<void>
  readonly disconnect: () => Promise<void>
}

/** The host's client, or one of the package's own. The only place that reads the environment, and one name of it. */
export function chooseDatabase(options: AnyKeyringOptions, queryTimeoutMs: number): ChosenDatabase {
  const { prisma, databaseUrl } = options
  if (databaseUrl !== undefined) requirePostgresUrl('databaseUrl', databaseUrl)
  if (prisma !== undefined) {
    // The environment's may be of another kind, such as a proxy's; then there is no listening.
    const listenUrl =
      databaseUrl ?? (isPostgresUrl(process.env.DATABASE_URL) ? process.env.DATABASE_URL : undefined)
    return {
      client: requireModel(prisma),
      loadKeys: undefined,
      databaseUrl: listenUrl,
      schema: chooseSchema(options, listenUrl),
      prepare: async () => {},
      disconnect: async () => {},
    }
  }
  const url = databaseUrl ?? requirePostgresUrl('DATABASE_URL', requireEnvironment())
  const schema = chooseSchema(options, url)
  return { ...createDefaultClient(url, { schema, queryTimeoutMs }), databaseUrl: url, schema }
}

function chooseSchema({ schema }: AnyKeyringOptions, databaseUrl: string | undefined): string {
  if (schema === undefined) return databaseUrl === undefined ? DEFAULT_SCHEMA : schemaOf(databaseUrl)
  if (typeof schema === 'string' && schema !== '') return schema
  throw invalidOption(factory, 'schema', 'must be the name of a schema, such as "public"')
}

/** For hosts without the compiler's help. */
function requireModel(prisma: AnyApiKeyClient): AnyApiKeyClient {
  if (typeof prisma?.apiKey?.findMany === 'function') return prisma
  throw invalidOption(
    factory,
    'prisma',
    'must be a Prisma client with the model ApiKey: run "npx express-api-keys init", which adds it to your schema, then "npx prisma generate"',
  )
}

function requireEnvironment(): string {
  const url = process.env.DATABASE_URL
  if (url !== undefined && url !== '') return url
  throw invalidOption(
    factory,
    'databaseUrl',
    'is missing and the environment has no DATABASE_URL: set DATABASE_URL=postgresql://user:password@host:5432/database, or pass "prisma"',
  )
}

function requirePostgresUrl(option: string, url: string): string {
  if (isPostgresUrl(url)) return url
  throw invalidOption(factory, option, mendOfUrl(url))
}
