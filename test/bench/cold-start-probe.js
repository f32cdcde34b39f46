// In a fresh process: imports a Lambda bundle, sends it one event, and tells the parent when it has the answer.
// JavaScript, so that its own start doesn't load what strips types.
const [, , bundle = '', event = '{}'] = process.argv
const start = performance.now()
const { handler } = await import(bundle)
const imported = performance.now()
// A resolver's outcome has no status: it has data, or an error.
const answer = await handler(JSON.parse(event), { awsRequestId: 'probe', getRemainingTimeInMillis: () => 30_000 })
const statusCode = answer.statusCode ?? (answer.error ? 500 : 200)
process.send?.({ importMs: imported - start, firstMs: performance.now() - imported, statusCode })
