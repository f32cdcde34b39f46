/** Bounds on one GraphQL document, held before anything is read; createGraphql takes a part of them to change. */
export interface GraphqlLimits {
  /** Lexical tokens of the document, before it is parsed whole. */
  readonly tokensMax: number
  /** Selection sets inside of each other, fragments spread out. */
  readonly depthMax: number
  /** Fields of the document with every fragment spread out, before they are merged. */
  readonly fieldsMax: number
  /** Estimated work: see plan/cost.ts. */
  readonly costMax: number
  /** Resources that one request may bring together, root results, references and reverse lists included. */
  readonly resourcesMax: number
  /** Values in the response, null ones included. */
  readonly valuesMax: number
  /** Resources that one reverse search is asked about at once. */
  readonly parentsMax: number
  /** Pages of a reverse search over many resources before it is given up. */
  readonly reversePagesMax: number
  /** Searches and reads that one level of a document runs at the same time. */
  readonly concurrencyMax: number
  /** Milliseconds that the FHIRPath expressions of a request may take in all. */
  readonly expressionMsMax: number
  /** Documents that are kept parsed and validated. */
  readonly documentsMax: number
  /** Characters of a document that is worth keeping. */
  readonly documentLengthMax: number
}

export const DEFAULT_GRAPHQL_LIMITS: GraphqlLimits = Object.freeze({
  tokensMax: 20_000,
  depthMax: 25,
  fieldsMax: 10_000,
  costMax: 500_000,
  resourcesMax: 20_000,
  valuesMax: 2_000_000,
  parentsMax: 500,
  reversePagesMax: 10,
  concurrencyMax: 16,
  expressionMsMax: 500,
  documentsMax: 200,
  documentLengthMax: 50_000,
})
