// The public API of `express-api-keys/admin`, written by hand; nobody inside imports it.
export { type AdminAction, adminActions } from './admin/actions.js'
export type { AdminActor, Authorize } from './admin/actor.js'
export { type AuthorizeByKeyOptions, authorizeByKey } from './admin/authorize-by-key.js'
export { apiKeyOpenApi, type OpenApiDocument, type OpenApiOptions } from './admin/openapi/document.js'
export { apiKeyRouter } from './admin/router.js'
export type { ApiKeyRouterOptions } from './admin/router-options.js'
