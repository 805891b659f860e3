import { afterEach } from '@jest/globals'
import type { Attributes } from '@opentelemetry/api'
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'

// Collected when a test asks for it.
const NEVER_MS = 2 ** 31 - 1

const providers: MeterProvider[] = []
afterEach(async () => {
  await Promise.all(providers.splice(0).map((provider) => provider.shutdown()))
})

export interface RecordedMetrics {
  readonly meterProvider: MeterProvider
  /** All that was exported, by the name of the metric. */
  readonly collect: () => Promise<ReadonlyMap<string, MetricData>>
  /** The counts of a metric that are not 0, by its labels as JSON; `{}` is without. */
  readonly counts: (name: string) => Promise<Readonly<Record<string, number>>>
}

/** The real SDK, which exports into memory. */
export function openMetrics(): RecordedMetrics {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER_MS })],
  })
  providers.push(meterProvider)

  async function collect(): Promise<ReadonlyMap<string, MetricData>> {
    exporter.reset()
    await meterProvider.forceFlush()
    const metrics = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((of) => of.metrics))
    return new Map(metrics.map((metric) => [metric.descriptor.name, metric]))
  }

  return {
    meterProvider,
    collect,
    async counts(name) {
      const metric = (await collect()).get(name)
      const rows = (metric?.dataPoints ?? []).map(({ attributes, value }) => [
        JSON.stringify(sorted(attributes)),
        countOf(value),
      ])
      return Object.fromEntries(rows.filter(([, count]) => count !== 0))
    },
  }
}

function sorted(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function countOf(value: number | Pick<Histogram, 'count'> | object): number {
  if (typeof value === 'number') return value
  return 'count' in value && typeof value.count === 'number' ? value.count : Number.NaN
}

/** As `counts` names a row. */
export function labels(attributes: Attributes): string {
  return JSON.stringify(sorted(attributes))
}
