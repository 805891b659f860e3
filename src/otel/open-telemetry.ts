import type { AuthenticatedEvent, Observer, RefusedEvent } from '../events.js'
import type { FeedState } from '../feed.js'
import { instrumentsOf } from './instruments.js'
import { type OpenTelemetryOptions, parseOpenTelemetryOptions } from './options.js'
import { outcomeLabels, outcomeOf } from './outcome.js'
import { tellSpan } from './span.js'

/**
 * An observer that records what it hears as metrics of OpenTelemetry, under names that begin with `api_key.`, and
 * tells the active span which key its request had. Labels of metrics come from closed sets; no id, secret or address
 * is among them. Register your providers first, and make one observer for each keyring. Throws `invalid_option`.
 *
 * @example
 * const keyring = createKeyring({ prisma, onEvent: openTelemetry() })
 *
 * @example
 * // Beside an observer of your own.
 * const record = openTelemetry()
 * const keyring = createKeyring({
 *   onEvent: (event) => {
 *     record(event)
 *     if (event.type === 'feed_changed' && event.mend !== undefined) logger.warn(event.mend)
 *   },
 * })
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Observer {
  const { meterProvider, spanAttributes } = parseOpenTelemetryOptions(options)
  const instruments = instrumentsOf(meterProvider)
  let feed: FeedState['feed'] | null = null

  function decided(event: AuthenticatedEvent | RefusedEvent): void {
    const outcome = outcomeOf(event)
    if (outcome === null) instruments.scopeRefusals('all')
    else {
      instruments.authentications(outcome)
      if (event.waitedMs !== undefined) {
        instruments.waitTime.record(event.waitedMs / 1_000, outcomeLabels[outcome])
      }
    }
    if (spanAttributes) tellSpan(event)
  }

  function feedBecame(next: FeedState['feed']): void {
    if (feed !== null) instruments.feeds(feed, -1)
    instruments.feeds(next)
    feed = next
  }

  return function recordEvent(event) {
    switch (event.type) {
      case 'authenticated':
      case 'refused':
        return decided(event)
      case 'cache_flushed':
        return instruments.cacheFlushes(event.why)
      case 'lease_lost':
        return instruments.lostLeases('all')
      case 'lease_regained':
        return instruments.lostLeases('all', -1)
      case 'feed_changed':
        return feedBecame(event.feed)
      case 'usage_flush_failed':
        return instruments.usageFlushFailures('all')
      case 'counters_lost':
        return instruments.lostCounters(event.counters)
      case 'counters_regained':
        return instruments.lostCounters(event.counters, -1)
    }
  }
}
