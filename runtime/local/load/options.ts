import { parseArgs } from 'node:util'

export interface LoadOptions {
  /** Files and folders, as given. */
  readonly paths: readonly string[]
  /** Base of the FHIR endpoint, without a slash at its end. */
  readonly baseUrl: string
  readonly concurrency: number
  readonly headers: Readonly<Record<string, string>>
}

export const LOAD_USAGE = `Usage: npm run load -- <files or folders> [--url http://localhost:8080/fhir]
                      [--concurrency 4] [--header 'Name: value']

Loads FHIR JSON through the REST door: transaction and batch bundles, single resources (.json) and NDJSON (.ndjson),
each also compressed (.gz). Folders are searched for them. Hospitals and practitioners of a Synthea set come first.
--header may be repeated. Ends with 0 if everything was loaded, 1 if something failed, 2 for wrong usage.`

const CONCURRENCY_MAX = 64
const HEADER = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*(.*?)[ \t]*$/

/** @returns the options, or a sentence that says what is wrong with the arguments */
export function parseLoadOptions(argv: readonly string[]): LoadOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        url: { type: 'string', default: 'http://localhost:8080/fhir' },
        concurrency: { type: 'string', default: '4' },
        header: { type: 'string', multiple: true, default: [] },
      },
    })
    if (positionals.length === 0) return 'Name at least one file or folder to load'
    if (!/^https?:\/\/[^/]/.test(values.url) || !URL.canParse(values.url))
      return `--url takes the base of a FHIR endpoint such as http://localhost:8080/fhir, not '${values.url}'`
    const concurrency = Number(values.concurrency)
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > CONCURRENCY_MAX)
      return `--concurrency takes a whole number from 1 to ${CONCURRENCY_MAX}, not '${values.concurrency}'`
    const headers: Record<string, string> = {}
    for (const header of values.header) {
      const [, name, value] = HEADER.exec(header) ?? []
      if (name === undefined || value === undefined) return `--header takes 'Name: value', not '${header}'`
      headers[name.toLowerCase()] = value
    }
    return { paths: positionals, baseUrl: values.url.replace(/\/+$/, ''), concurrency, headers }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
