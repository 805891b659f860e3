// The public API of `express-api-keys/testing`, written by hand; nobody inside imports it.
export { type ActingAsOptions, actingAs, type NodeHandler } from './testing/acting-as.js'
export { createMemoryKeyring, type MemoryKeyringOptions } from './testing/memory-keyring.js'
export type { MemoryTenant, MemoryUser } from './testing/memory-owners.js'
