/** The benchmarks that run only where they are named: they take long, or need Java or the development packages. */
import { OVER_ENGINES, withGateway } from '#test/support/gateway-process.ts'
import type { BenchOptions } from './options.ts'
import { type BenchResults, measurementTable, table, tellUnexpected } from './report.ts'

export type Bench = (results: BenchResults, options: BenchOptions) => Promise<void>

export const ON_REQUEST: Readonly<Record<string, Bench>> = {
  'search-forms': benchSearchForms,
  bundles: benchBundles,
  'live-updates': benchLiveUpdates,
  'graphql-shapes': benchGraphqlShapes,
  engines: benchEngines,
}

async function benchSearchForms(results: BenchResults, { documents: sizes, engines }: BenchOptions): Promise<void> {
  const { measureSearchForms, searchFormsTable } = await import('./search-forms.ts')
  const embedded = { how: undefined, observationsOfTransaction: 500 }
  // DynamoDB Local takes many small transactions sooner than few large ones.
  const openSearch = { how: OVER_ENGINES, observationsOfTransaction: 25 }
  for (const [engine, { how, ...filling }] of Object.entries({
    embedded,
    ...(engines && { OpenSearch: openSearch }),
  })) {
    const points = await withGateway(gateway => measureSearchForms(gateway, { sizes, ...filling }), how)
    results.searchForms = { ...results.searchForms, [engine]: points }
    console.log(`\n${searchFormsTable(engine, points)}`)
  }
}

async function benchBundles(results: BenchResults, options: BenchOptions): Promise<void> {
  const [{ measureBundles }, { formatRatios, measureFormats }, { measureHistoryPages }] = await Promise.all([
    import('./bundles.ts'),
    import('./formats.ts'),
    import('./history-pages.ts'),
  ])
  const bundles = await withGateway(gateway => measureBundles(gateway, options.bundles))
  results.bundles = bundles
  const bundleRows = bundles.map(each => [
    String(each.entries),
    ...[each.megabytes, each.times, each.totalMs, each.entriesPerSecond],
  ])
  console.log(`\n${table(['transaction of creates, entries', 'MB', 'times', 'p50 ms', 'entries/s'], bundleRows)}`)

  const pages = await withGateway(gateway => measureHistoryPages(gateway, options.versions))
  results.historyPages = pages
  const pageRows = pages.map(({ page, of, p50, p99 }) => [`page ${page} of ${of}`, p50, p99])
  console.log(`\n${table([`history of ${options.versions} versions`, 'p50 ms', 'p99 ms'], pageRows)}`)

  const formats = await withGateway(gateway => measureFormats(gateway, options.seconds * 1000))
  results.formats = formats
  console.log(`\n${measurementTable(formats)}\n\n${formatRatios(formats)}`)
  tellUnexpected(formats)
}

async function benchLiveUpdates(results: BenchResults): Promise<void> {
  const { measureLiveUpdates } = await import('./live-updates.ts')
  const live = await withGateway(measureLiveUpdates)
  results.liveUpdates = live
  const header = ['live updates, sockets', 'changes', 'write p50 ms', 'p50 ms', 'p99 ms', 'max ms', 'RSS MB']
  const row = [String(live.sockets), live.changes, live.writtenMs, live.p50, live.p99, live.max, live.rssMb]
  console.log(`\n${table(header, [row])}`)
}

async function benchGraphqlShapes(results: BenchResults): Promise<void> {
  const { graphqlShapesTables, measureGraphqlShapes } = await import('./graphql-shapes.ts')
  results.graphqlShapes = await measureGraphqlShapes()
  console.log(`\n${graphqlShapesTables(results.graphqlShapes)}`)
}

async function benchEngines(results: BenchResults): Promise<void> {
  const { engineTables, measureEngines } = await import('./engines.ts')
  results.engines = await measureEngines()
  console.log(`\n${engineTables(results.engines)}`)
}
