// What the package's migrations make, so that a database can be compared with it. A host may have made the same by
// migrations of its own, so the names in `_prisma_migrations` prove nothing.

/** A table by what it is for: a host's tenants and users may stand in tables of other names. */
export type TableRole = (typeof tableRoles)[number]

export const tableRoles = [
  ...(['tenants', 'users'] as const),
  ...(['api_keys', 'api_key_epoch', 'api_key_events', 'api_key_idempotency'] as const),
  ...(['api_key_usage', 'api_key_counters'] as const),
] as const

type Names = Partial<Readonly<Record<TableRole, readonly string[]>>>

export interface MigrationStructure {
  readonly migration: string
  /** Of tenants and users that they are there: their columns are the host's, and foreign keys hold the ids. */
  readonly columns: Names
  /** Of the kind CHECK. */
  readonly constraints: Names
  readonly triggers: Names
  /** The trigger of the keys whose function names the tables of tenants and users. */
  readonly triggerOnOwners?: string
  /** What the function of a trigger says since then: such a migration leaves nothing else to see. */
  readonly newerTriggers?: Partial<Readonly<Record<TableRole, Readonly<Record<string, string>>>>>
}

/** A migration that puts other functions behind triggers that were there. */
const onlyNewer = { columns: {}, constraints: {}, triggers: {} }

export const structure: readonly MigrationStructure[] = [
  {
    migration: '20261123000000_api_keys',
    columns: {
      tenants: [],
      users: [],
      api_keys: [
        ...['id', 'tenant_id', 'user_id', 'name', 'key_prefix', 'key_hash', 'scopes'],
        ...['expires_at', 'last_used_at', 'created_at', 'revoked_at'],
      ],
    },
    constraints: { api_keys: ['api_keys_key_hash_is_sha256', 'api_keys_scopes_is_array'] },
    triggers: { api_keys: ['api_keys_refuse_forbidden_update', 'api_keys_refuse_foreign_user'] },
  },
  {
    migration: '20261123010000_api_key_epoch',
    columns: { api_key_epoch: ['id', 'epoch', 'stamp'] },
    constraints: { api_key_epoch: ['api_key_epoch_has_one_row'] },
    triggers: {
      api_keys: ['api_key_epoch_on_update', 'api_key_epoch_on_delete', 'api_key_epoch_on_truncate'],
      tenants: ['api_key_epoch_on_update'],
      users: ['api_key_epoch_on_update'],
    },
  },
  {
    migration: '20261123020000_api_key_owners',
    ...onlyNewer,
    triggerOnOwners: 'api_keys_refuse_foreign_user',
    newerTriggers: {
      api_keys: { api_keys_refuse_foreign_user: 'FOR SHARE' },
      tenants: { api_key_epoch_on_update: 'transaction_isolation' },
      users: { api_key_epoch_on_update: 'transaction_isolation' },
    },
  },
  {
    migration: '20261123030000_key_lifecycle',
    columns: {
      api_keys: [
        ...['metadata', 'rotated_from_id', 'family_id', 'rotated_at', 'grace_after_use_ms', 'revoked_reason'],
        'version',
      ],
      api_key_events: [
        ...['id', 'tenant_id', 'api_key_id', 'type', 'at', 'actor_kind', 'actor_id', 'address', 'details'],
      ],
      api_key_idempotency: [
        ...['tenant_id', 'idempotency_key_hash', 'request_digest', 'api_key_id', 'created_at'],
      ],
    },
    constraints: {
      api_keys: [
        ...['api_keys_metadata_is_object', 'api_keys_grace_is_not_negative', 'api_keys_reason_is_of_revoked'],
        'api_keys_successor_has_family',
      ],
      api_key_events: [
        ...['api_key_events_type_is_known', 'api_key_events_actor_is_known'],
        'api_key_events_details_is_object',
      ],
      api_key_idempotency: ['api_key_idempotency_hashes_are_sha256'],
    },
    triggers: {
      api_keys: [
        ...['api_keys_refuse_changed_history', 'api_keys_refuse_foreign_predecessor'],
        'api_keys_count_version',
      ],
      api_key_events: ['api_key_events_refuse_update'],
    },
  },
  {
    migration: '20261123040000_api_key_definers',
    ...onlyNewer,
    newerTriggers: {
      api_keys: {
        api_key_epoch_on_update: '."api_key_epoch_advance"',
        api_key_epoch_on_delete: '."api_key_epoch_advance"',
        api_key_epoch_on_truncate: '."api_key_epoch_advance"',
        api_keys_refuse_forbidden_update: 'key_prefix',
      },
      tenants: { api_key_epoch_on_update: '."api_key_epoch_advance"' },
      users: { api_key_epoch_on_update: '."api_key_epoch_advance"' },
    },
  },
  {
    migration: '20261123050000_api_key_limits',
    columns: {
      api_keys: ['limits', 'allowed_cidrs'],
      api_key_usage: ['api_key_id', 'day', 'requests', 'refused'],
      api_key_counters: ['name', 'value', 'ends_at'],
    },
    constraints: {
      api_keys: ['api_keys_limits_are_limits', 'api_keys_places_are_networks'],
      api_key_usage: ['api_key_usage_is_counted'],
    },
    triggers: { api_keys: ['api_keys_forget_usage_on_delete', 'api_keys_forget_usage_on_truncate'] },
    newerTriggers: {
      api_keys: { api_key_epoch_on_update: 'allowed_cidrs', api_keys_count_version: 'allowed_cidrs' },
    },
  },
  {
    migration: '20261128000000_api_key_goes_whole',
    columns: {},
    constraints: {},
    triggers: { api_key_epoch: ['api_key_epoch_comes_back'] },
    newerTriggers: {
      api_keys: {
        api_keys_forget_usage_on_delete: 'lifetime',
        api_keys_forget_usage_on_truncate: 'lifetime',
      },
    },
  },
  {
    migration: '20261130000000_api_key_row_texts',
    ...onlyNewer,
    newerTriggers: {
      tenants: { api_key_epoch_on_update: '("o".*)::text' },
      users: { api_key_epoch_on_update: '("o".*)::text' },
    },
  },
]
