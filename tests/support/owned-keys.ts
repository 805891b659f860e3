import type { IssueInput, Keyring, KeyringOptions } from 'express-api-keys'
import { commandLine, type Run } from './command-line.js'
import type { TestDatabase } from './database.js'
import { openKeyring } from './keyring.js'

/** A tenant with a user, as flags of a command line. */
export interface Owner {
  readonly tenantId: string
  readonly userId: string
  readonly tenant: readonly string[]
  readonly owner: readonly string[]
}

export interface OwnedKey extends Owner {
  readonly id: string
  readonly secret: string
}

/** The command line on a test file's database, and keys that were made beside it, without a process for each. */
export interface CommandLine {
  readonly run: Run
  addOwner(): Promise<Owner>
  /** Of a new tenant, or of an owner. */
  addKey(more?: Partial<IssueInput> & Pick<KeyringOptions, 'prefix'>, owner?: Owner): Promise<OwnedKey>
  /** Whether a secret opens a door, asked of the database. */
  authenticates(secret: string): Promise<boolean>
}

export function useCommandLine(database: TestDatabase): CommandLine {
  const open = (options: KeyringOptions = {}): Keyring =>
    openKeyring({ databaseUrl: database.url, cache: false, ...options })

  async function addOwner(): Promise<Owner> {
    const { tenantId, userId } = await database.addTenant()
    const tenant = ['--tenant', tenantId]
    return { tenantId, userId, tenant, owner: [...tenant, '--user', userId] }
  }
  return {
    run: commandLine(() => database.url),
    addOwner,
    async addKey({ prefix = 'ak', ...more } = {}, owner) {
      const of = owner ?? (await addOwner())
      const { tenantId, userId } = of
      const { apiKey, secret } = await open({ prefix }).issue({ tenantId, userId, name: 'CI', ...more })
      return { ...of, id: apiKey.id, secret }
    },
    authenticates: (secret) =>
      open()
        .authenticate(secret)
        .then(
          () => true,
          () => false,
        ),
  }
}
