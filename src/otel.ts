// The public API of `express-api-keys/otel`, written by hand; nobody inside imports it.
export { openTelemetry } from './otel/open-telemetry.js'
export type { OpenTelemetryOptions } from './otel/options.js'
