export type { ApiKeyErrorCode, RefusalCode, RefusalFacts, RefusalReason, UsageCode } from './errors.js'
export { ApiKeyError } from './errors.js'
export type {
  ApiKeyEvent,
  AuthenticatedEvent,
  CacheFlushedEvent,
  Feed,
  FeedChangedEvent,
  FeedState,
  LeaseLostEvent,
  LeaseRegainedEvent,
  RefusedEvent,
  UsageFlushFailedEvent,
} from './events.js'
export { apiKeyAuth } from './express/api-key-auth.js'
export type { OnDenied } from './express/on-denied.js'
export type { ApiKeyAuthOptions } from './express/options.js'
export type { Denial, Problem } from './express/problem.js'
export type { AnyRouteHandler } from './express/request.js'
export { requireAnyScope, requireScope } from './express/require-scope.js'
export type { ApiKey } from './key/api-key.js'
export type { Grants } from './key/grants.js'
export type { Owner, Principal } from './key/principal.js'
export type { Scope } from './key/scope.js'
export { createKeyring } from './keyring/create-keyring.js'
export type { IssuedKey, IssueInput } from './keyring/issue.js'
export type { Keyring, KeyringHealth } from './keyring/keyring.js'
export type { ApiKeyPage, ListInput } from './keyring/list.js'
export type { CacheOptions, KeyringOptions } from './keyring/options.js'
export type { ApiKeyClient } from './store/client.js'
