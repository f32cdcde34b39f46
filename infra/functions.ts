/** The Lambda functions as data: what each is given is decided here and nowhere else. */

/** What a function may use; a grant and the environment variables that name it go together. */
export type Use = 'table' | 'table-marks' | 'table-scan' | 'objects' | 'objects-read' | 'search' | 'sealing' | 'jobs'

export interface FunctionSpec {
  /** Folder of its bundle in dist/lambda, and name of its entry. */
  readonly name: string
  readonly entry: string
  readonly description: string
  /** CPU comes in proportion: 1,769 MB are one. */
  readonly memoryMegabytes: number
  readonly timeoutSeconds: number
  readonly uses: readonly Use[]
  /** It answers clients. */
  readonly isDoor?: true
  /** It does what callers ask for, so it is told what they may do. */
  readonly actsForCallers?: true
  /** It is called so often. */
  readonly everyMinutes?: number
  /** It is told where the queue of changes is. */
  readonly sendsChanges?: true
  /** It gets what `index-stream` has refused. */
  readonly takesRefused?: true
  /** What the table's stream is read in. */
  readonly stream?: { readonly records: number; readonly windowSeconds: number; readonly shardsAtATime: number }
}

const spec = (name: string, rest: Omit<FunctionSpec, 'name' | 'entry'>): FunctionSpec =>
  Object.freeze({ name, entry: `runtime/lambda/${name}.ts`, ...rest })

/** All that a deployment has. API Gateway waits 29 s, AppSync 30 s. */
export const FUNCTIONS = {
  rest: spec('rest', {
    description: 'FHIR REST behind API Gateway',
    isDoor: true,
    actsForCallers: true,
    memoryMegabytes: 1769,
    timeoutSeconds: 29,
    uses: ['table', 'objects', 'search', 'sealing', 'jobs'],
  }),
  resolvers: spec('resolvers', {
    description: 'GraphQL behind AppSync',
    isDoor: true,
    actsForCallers: true,
    memoryMegabytes: 1769,
    timeoutSeconds: 30,
    uses: ['table', 'objects', 'search', 'sealing', 'jobs'],
  }),
  'index-stream': spec('index-stream', {
    description: "Changes from the table's stream into the search index",
    memoryMegabytes: 1024,
    timeoutSeconds: 120,
    uses: ['table-marks', 'objects-read', 'search'],
    stream: { records: 500, windowSeconds: 1, shardsAtATime: 4 },
  }),
  dispatch: spec('dispatch', {
    description: 'Finalizes committed transactions, and puts what was committed into the queue of changes',
    sendsChanges: true,
    memoryMegabytes: 512,
    timeoutSeconds: 60,
    uses: ['table', 'objects'],
    stream: { records: 100, windowSeconds: 0, shardsAtATime: 1 },
  }),
  jobs: spec('jobs', {
    description: 'Work that goes on after its request was answered',
    actsForCallers: true,
    memoryMegabytes: 3008,
    timeoutSeconds: 900,
    uses: ['table', 'objects', 'search', 'sealing', 'jobs'],
  }),
  publish: spec('publish', {
    description: 'Committed changes to those who listen, by AppSync',
    memoryMegabytes: 512,
    timeoutSeconds: 30,
    uses: [],
  }),
  sweep: spec('sweep', {
    description: 'Ends transactions that were left, and clears the search index of what was deleted long ago',
    memoryMegabytes: 512,
    timeoutSeconds: 240,
    uses: ['table', 'objects', 'search'],
    everyMinutes: 5,
  }),
  redrive: spec('redrive', {
    description: 'Brings refused changes into the search index; called by whoever has put right their cause',
    memoryMegabytes: 1024,
    timeoutSeconds: 900,
    uses: ['table', 'objects-read', 'search'],
    takesRefused: true,
  }),
  reindex: spec('reindex', {
    description: 'Makes the search index anew; called by an operator until it is done',
    memoryMegabytes: 1769,
    timeoutSeconds: 900,
    uses: ['table', 'table-scan', 'objects-read', 'search'],
  }),
} as const satisfies Readonly<Record<string, FunctionSpec>>
