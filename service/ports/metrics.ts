export type MetricUnit = 'Count' | 'Milliseconds'

/** Numbers that are watched. Names are fixed texts, never made of what a client sent. */
export interface Metrics {
  record(name: string, unit: MetricUnit, value: number): void
}
