import { Refusal } from '../errors.js'
import { type ApiKeyEvent, contained } from '../events.js'
import { isKeyPrefix, secretFormat } from '../key/secret.js'
import { invalidOption, refuseUnknownOptions, requireFunction, requireMilliseconds } from '../options.js'
import type { ApiKeyClient } from '../store/client.js'
import { createDefaultClient } from '../store/default-client.js'
import { createKeyStore } from '../store/key-store.js'
import { createAuthenticate } from './authenticate.js'
import { createGet } from './get.js'
import { createIssue } from './issue.js'
import type { Keyring } from './keyring.js'
import { createList } from './list.js'
import { createRevoke } from './revoke.js'

export interface KeyringOptions {
  /** The application's own Prisma client; it must have the `ApiKey` model. Default: a client of the package's own. */
  readonly prisma?: ApiKeyClient
  /** Where the package's own client connects. Default: the environment's `DATABASE_URL`. Not together with `prisma`. */
  readonly databaseUrl?: string
  /** What secrets begin with; default `ak`. Lower-case letters, digits and single underscores, at most 20. */
  readonly prefix?: string
  /** The longest wait for the database, in milliseconds; default 1000. Then `store_unavailable`. */
  readonly queryTimeoutMs?: number
  /** Hears every event of this keyring and, unless they have an observer of their own, of its middleware. */
  readonly onEvent?: (event: ApiKeyEvent) => unknown
}

const owner = 'createKeyring'
const optionNames = ['prisma', 'databaseUrl', 'prefix', 'queryTimeoutMs', 'onEvent']

/** Builds a keyring; connects on first use. Throws `invalid_option`, naming the option. */
export function createKeyring(options: KeyringOptions = {}): Keyring {
  refuseUnknownOptions(owner, options, optionNames)
  const { prefix = 'ak', onEvent } = options
  if (!isKeyPrefix(prefix)) {
    throw invalidOption(owner, 'prefix', 'must be like "ak" or "acme_live", at most 20 characters')
  }
  const queryTimeoutMs = requireMilliseconds(owner, 'queryTimeoutMs', options.queryTimeoutMs ?? 1000)
  const observe = contained(requireFunction(owner, 'onEvent', onEvent))

  const { client, disconnect } = chooseClient(options, queryTimeoutMs)
  const format = secretFormat(prefix)
  const store = createKeyStore(client, queryTimeoutMs)
  const now = Date.now

  let closed: Promise<void> | undefined
  const whileOpen = <Input, Output>(verb: (input: Input) => Promise<Output>) => {
    return async (input: Input): Promise<Output> => {
      if (closed !== undefined) throw new Refusal('keyring_closed')
      return verb(input)
    }
  }

  return Object.freeze({
    issue: whileOpen(createIssue({ format, store, now })),
    authenticate: whileOpen(createAuthenticate({ format, findByHash: store.findByHash, now })),
    revoke: whileOpen(createRevoke({ store, now })),
    list: whileOpen(createList({ store })),
    get: whileOpen(createGet({ store })),
    findSecretIn: format.findIn,
    observe,
    close: () => {
      closed ??= disconnect()
      return closed
    },
  })
}

interface ChosenClient {
  readonly client: ApiKeyClient
  readonly disconnect: () => Promise<void>
}

function chooseClient({ prisma, databaseUrl }: KeyringOptions, queryTimeoutMs: number): ChosenClient {
  if (prisma !== undefined) {
    if (databaseUrl !== undefined) throw invalidOption(owner, 'databaseUrl', 'has no use beside "prisma"')
    return { client: requireApiKeyModel(prisma), disconnect: async () => {} }
  }
  const client = createDefaultClient(requireDatabaseUrl(databaseUrl), queryTimeoutMs)
  return { client, disconnect: () => client.$disconnect() }
}

/** For hosts without the compiler's help. */
function requireApiKeyModel(prisma: ApiKeyClient): ApiKeyClient {
  if (typeof prisma?.apiKey?.findUnique === 'function') return prisma
  throw invalidOption(
    owner,
    'prisma',
    'must be a Prisma client with an ApiKey model: add the model to your schema, then run "npx prisma generate"',
  )
}

function requireDatabaseUrl(databaseUrl: string | undefined): string {
  const url = databaseUrl ?? process.env.DATABASE_URL
  if (url === undefined || url === '') {
    throw invalidOption(
      owner,
      'databaseUrl',
      'is missing and the environment has no DATABASE_URL: set DATABASE_URL=postgresql://user:password@host:5432/database, or pass "prisma"',
    )
  }
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw invalidOption(
      owner,
      databaseUrl === undefined ? 'DATABASE_URL' : 'databaseUrl',
      'must be a postgresql:// URL',
    )
  }
  return url
}
