import type { Histogram, Meter, MeterProvider } from '@opentelemetry/api'
import type { CacheFlushedEvent, CounterKind } from '../events.js'
import type { FeedState } from '../feed.js'
import { labelled } from './labelled.js'
import { type Outcome, outcomeLabels } from './outcome.js'
import { createTally, type Tally } from './tally.js'

const METER = 'express-api-keys'

/** What is recorded, for all keyrings of a provider together. */
export interface Instruments {
  readonly authentications: Tally<Outcome>
  /** In seconds, with the labels of the outcome. */
  readonly waitTime: Histogram
  readonly scopeRefusals: Tally<'all'>
  readonly cacheFlushes: Tally<CacheFlushedEvent['why']>
  readonly usageFlushFailures: Tally<'all'>
  readonly lostLeases: Tally<'all'>
  readonly lostCounters: Tally<CounterKind>
  readonly feeds: Tally<FeedState['feed']>
}

const unlabelled = { all: {} }

/** From what a database near by takes to the longest wait that an option is likely to allow. */
const WAIT_BOUNDARIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

// What is observed twice under one name counts once: a provider has one set of instruments, whoever asks.
const ofProviders = new WeakMap<MeterProvider, Instruments>()

export function instrumentsOf(provider: MeterProvider): Instruments {
  const made = ofProviders.get(provider) ?? createInstruments(provider.getMeter(METER))
  ofProviders.set(provider, made)
  return made
}

function createInstruments(meter: Meter): Instruments {
  return {
    authentications: createTally(
      meter.createObservableCounter('api_key.authentications', {
        unit: '{request}',
        description: 'Requests whose API key was decided on, by what was decided.',
      }),
      outcomeLabels,
    ),
    waitTime: meter.createHistogram('api_key.authentication.wait_time', {
      unit: 's',
      description: 'How long requests waited for the database or for counters of limits, those that had to.',
      advice: { explicitBucketBoundaries: WAIT_BOUNDARIES },
    }),
    scopeRefusals: createTally(
      meter.createObservableCounter('api_key.scope.refusals', {
        unit: '{request}',
        description: 'Requests that were refused because their API key lacks a scope.',
      }),
      unlabelled,
    ),
    cacheFlushes: createTally(
      meter.createObservableCounter('api_key.cache.flushes', {
        unit: '{flush}',
        description: 'How often answers that were kept have been forgotten, and why.',
      }),
      labelled('api_key.cache.flush.reason', [
        'changed',
        'first_reading',
        'missed_change',
        'unexpected_announcement',
        'reconnected',
        'clock_jumped',
      ]),
    ),
    usageFlushFailures: createTally(
      meter.createObservableCounter('api_key.usage.flush.failures', {
        unit: '{failure}',
        description: 'How often counts of usage could not be written; they are kept for the next try.',
      }),
      unlabelled,
    ),
    lostLeases: createTally(
      meter.createObservableUpDownCounter('api_key.lease.lost', {
        unit: '{keyring}',
        description: 'Keyrings that ask the database at every request, because they cannot hear of changes.',
      }),
      unlabelled,
    ),
    lostCounters: createTally(
      meter.createObservableUpDownCounter('api_key.counters.lost', {
        unit: '{keyring}',
        description: 'Keyrings whose counters of limits do not answer.',
      }),
      labelled('api_key.counters.kind', ['rates', 'quotas']),
    ),
    feeds: createTally(
      meter.createObservableUpDownCounter('api_key.feed.state', {
        unit: '{keyring}',
        description: 'Keyrings by how changes made elsewhere reach them.',
      }),
      labelled('api_key.feed', ['notify', 'poll', 'none']),
    ),
  }
}
