/** The Lambda functions as data: what each is given is decided here and nowhere else. */

/** What a function may use; a grant and the environment variables that name it go together. */
export type Use = 'table' | 'table-marks' | 'objects' | 'objects-read' | 'search' | 'sealing'

export interface FunctionSpec {
  /** Folder of its bundle in dist/lambda, and name of its entry. */
  readonly name: string
  readonly entry: string
  readonly description: string
  /** CPU comes in proportion: 1,769 MB are one. */
  readonly memoryMegabytes: number
  readonly timeoutSeconds: number
  readonly uses: readonly Use[]
  /** What the table's stream is read in. Absent: it is called by requests. */
  readonly stream?: { readonly records: number; readonly windowSeconds: number; readonly shardsAtATime: number }
}

const spec = (name: string, rest: Omit<FunctionSpec, 'name' | 'entry'>): FunctionSpec =>
  Object.freeze({ name, entry: `runtime/lambda/${name}.ts`, ...rest })

/** All that a deployment has. API Gateway waits 29 s, AppSync 30 s. */
export const FUNCTIONS = {
  rest: spec('rest', {
    description: 'FHIR REST behind API Gateway',
    memoryMegabytes: 1769,
    timeoutSeconds: 29,
    uses: ['table', 'objects', 'search', 'sealing'],
  }),
  resolvers: spec('resolvers', {
    description: 'GraphQL behind AppSync',
    memoryMegabytes: 1769,
    timeoutSeconds: 30,
    uses: ['table', 'objects', 'search', 'sealing'],
  }),
  'index-stream': spec('index-stream', {
    description: "Changes from the table's stream into the search index",
    memoryMegabytes: 1024,
    timeoutSeconds: 120,
    uses: ['table-marks', 'objects-read', 'search'],
    stream: { records: 500, windowSeconds: 1, shardsAtATime: 4 },
  }),
  dispatch: spec('dispatch', {
    description: 'Finalizes committed transactions',
    memoryMegabytes: 512,
    timeoutSeconds: 60,
    uses: ['table', 'objects'],
    stream: { records: 100, windowSeconds: 0, shardsAtATime: 1 },
  }),
} as const satisfies Readonly<Record<string, FunctionSpec>>
