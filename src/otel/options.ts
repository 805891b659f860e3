import { type MeterProvider, metrics } from '@opentelemetry/api'
import { invalidOption, refuseUnknownOptions } from '../options.js'

/** Where metrics and spans go; by default, to what the application has registered. */
export interface OpenTelemetryOptions {
  /** Where the metrics go. Default: the global one, which has to be registered by then. */
  readonly meterProvider?: MeterProvider
  /** Whether the active span is told which key its request had, and what was decided. Default `true`. */
  readonly spanAttributes?: boolean
}

const factory = 'openTelemetry'
const names = ['meterProvider', 'spanAttributes']

export function parseOpenTelemetryOptions(options: OpenTelemetryOptions): Required<OpenTelemetryOptions> {
  refuseUnknownOptions(factory, options, names)
  const { meterProvider = metrics.getMeterProvider(), spanAttributes = true } = options
  if (typeof meterProvider?.getMeter !== 'function') {
    throw invalidOption(factory, 'meterProvider', 'must be a MeterProvider of OpenTelemetry')
  }
  if (typeof spanAttributes !== 'boolean') {
    throw invalidOption(factory, 'spanAttributes', 'must be true or false')
  }
  return { meterProvider, spanAttributes }
}
