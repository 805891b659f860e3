import type { Scope } from '../key/scope.js'
import type { Grantable } from '../key/scope-definition.js'
import type { ApiKeyClient } from '../store/client.js'
import type { HostOf, NoSelection, Selected, Selection } from '../store/host-of.js'
import { assemble } from './assemble.js'
import type { Keyring } from './keyring.js'
import type { KeyringOptions } from './options.js'

/**
 * Builds a keyring; connects on first use. Throws `invalid_option`, naming the option.
 *
 * @example
 * const keyring = createKeyring({ prisma })
 * const { apiKey, secret } = await keyring.issue({ tenantId, userId, name: 'CI', scopes: ['orders:read'] })
 */
export function createKeyring<
  Client = ApiKeyClient,
  const Chosen extends Selection<Client> = NoSelection,
  TenantOfUser extends string = 'tenantId',
  Name extends Scope = Scope,
>(
  options: KeyringOptions<Client, TenantOfUser, Chosen, Name> = {},
): Keyring<Selected<HostOf<Client>, Chosen>, Grantable<Name>> {
  // What it takes goes to the client, and what it hands out comes from there: so both are of the client's types.
  return assemble(options) as unknown as Keyring<Selected<HostOf<Client>, Chosen>, Grantable<Name>>
}
