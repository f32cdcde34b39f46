/**
 * Metrics as lines of the log, which CloudWatch makes metrics of: no request, no wait (CloudWatch embedded metric
 * format specification).
 */
import type { Metrics } from '#service/index.ts'

const NAMESPACE = 'FhirGateway'

export function createLogMetrics(
  dimensions: Readonly<Record<string, string>>,
  now: () => number,
  write: (line: string) => void,
): Metrics {
  return Object.freeze<Metrics>({
    record(name, unit, value) {
      const directive = {
        Namespace: NAMESPACE,
        Dimensions: [Object.keys(dimensions)],
        Metrics: [{ Name: name, Unit: unit }],
      }
      const line = { _aws: { Timestamp: now(), CloudWatchMetrics: [directive] }, ...dimensions, [name]: value }
      write(`${JSON.stringify(line)}\n`)
    },
  })
}
