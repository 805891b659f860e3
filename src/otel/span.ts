import { type Attributes, trace } from '@opentelemetry/api'
import type { AuthenticatedEvent, RefusedEvent } from '../events.js'
import { OUTCOME } from './outcome.js'

/** Tells the active span which key its request had. Spans, unlike metrics, may carry ids: each is of one request. */
export function tellSpan(event: AuthenticatedEvent | RefusedEvent): void {
  const span = trace.getActiveSpan()
  if (span?.isRecording()) span.setAttributes(spanAttributes(event))
}

function spanAttributes(event: AuthenticatedEvent | RefusedEvent): Attributes {
  if (event.type === 'refused') {
    const { reason, apiKeyId, keyPrefix } = event
    return {
      [OUTCOME]: reason,
      ...(apiKeyId === undefined ? {} : { 'api_key.id': apiKeyId }),
      ...(keyPrefix === undefined ? {} : { 'api_key.prefix': keyPrefix }),
    }
  }
  return {
    [OUTCOME]: 'admitted',
    'api_key.id': event.apiKeyId,
    'api_key.prefix': event.keyPrefix,
    'api_key.tenant_id': event.tenantId,
    'api_key.user_id': event.userId,
  }
}
