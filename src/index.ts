export type { Caller } from './caller.js'
export type { RefusalFacts, RefusalReason } from './errors.js'
export { ApiKeyError } from './errors.js'
export type {
  ApiKeyEvent,
  AuthenticatedEvent,
  CacheFlushedEvent,
  CounterKind,
  CountersLostEvent,
  CountersRegainedEvent,
  FeedChangedEvent,
  LeaseLostEvent,
  LeaseRegainedEvent,
  RefusedEvent,
  UnknownScopesEvent,
  UsageFlushFailedEvent,
} from './events.js'
export { apiKeyAuth } from './express/api-key-auth.js'
export { type AuditRoutesOptions, auditRoutes, type RouteAudit } from './express/audit/audit-routes.js'
export type { AuditedRoute } from './express/audit/audited-route.js'
export type { OpenApiSecurity, SecurityRequirements } from './express/audit/open-api-security.js'
export { type DefinedScopes, defineScopes } from './express/define-scopes.js'
export type { OnDenied } from './express/on-denied.js'
export type { ApiKeyAuthOptions, ForeignTokens } from './express/options.js'
export type { Denial, Problem } from './express/problem.js'
export type { RateLimitHeaders } from './express/rate-limit-headers.js'
export type { AnyRouteHandler } from './express/request.js'
export { requireAnyScope, requireScope } from './express/require-scope.js'
export type { Feed, FeedState } from './feed.js'
export type { Actor, ActorKind, EventActor } from './key/actor.js'
export type { ApiKey } from './key/api-key.js'
export type { AuditEvent, AuditEventType } from './key/audit-event.js'
export type { Grants } from './key/grants.js'
export type { Host, Owner, OwnerId, OwnerIds, TextHost, TextIds } from './key/host.js'
export type { JsonObject, JsonValue } from './key/json.js'
export type { Limit } from './key/limit.js'
export type { Metadata } from './key/metadata.js'
export type { Principal } from './key/principal.js'
export type { Scope } from './key/scope.js'
export type { Grantable, ScopeDefinition, ScopeOf } from './key/scope-definition.js'
export { type KeyStatus, keyStatus } from './key/status.js'
export type { CacheOptions } from './keyring/cache-options.js'
export type { ChangedBy } from './keyring/changed-by.js'
export { createKeyring } from './keyring/create-keyring.js'
export type { AuditEventPage, EventsInput } from './keyring/events.js'
export type { GetInput } from './keyring/get.js'
export type { KeyringHealth } from './keyring/health.js'
export type { Idempotency, ReplayedKey } from './keyring/idempotency.js'
export type { InspectedSecret } from './keyring/inspect.js'
export type { IdempotentIssueInput, IssuedKey, IssueInput } from './keyring/issue.js'
export type { Keyring, RequestKeyring, TenantOf, UserOf } from './keyring/keyring.js'
export type { LimitOptions } from './keyring/limit-options.js'
export type { ApiKeyPage, ListInput } from './keyring/list.js'
export type { KeyringOptions } from './keyring/options.js'
export type { PruneInput } from './keyring/prune.js'
export type { RevokeInput } from './keyring/revoke.js'
export type { RevokeAllInput } from './keyring/revoke-all.js'
export type { IdempotentRotateInput, RotateInput } from './keyring/rotate.js'
export type { UpdateInput } from './keyring/update.js'
export type { ApiKeyUsage, DayOfUsage, UsageInput } from './keyring/usage.js'
export type { LimitState } from './limit-state.js'
export type { RedisClient } from './limits/flexible-counters.js'
export { redactPaths } from './redact-paths.js'
export type { ApiKeyErrorCode, RefusalCode, UsageCode } from './responses.js'
export type { ApiKeyClient } from './store/client.js'
