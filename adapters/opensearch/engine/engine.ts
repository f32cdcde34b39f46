/** The engine as it is spoken to: JSON over HTTP. */
export interface Engine {
  /** Whatever was answered, refusals too. @throws NoAnswer */
  send(request: EngineRequest): Promise<EngineResponse>
}

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Starts with a slash; of letters, digits and `-_.,*` between slashes. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** JSON, or lines of JSON. */
  readonly body?: string
  /** Milliseconds since the epoch. */
  readonly deadline: number
}

export interface EngineResponse {
  readonly status: number
  /** Parsed JSON; undefined where the answer was none. */
  readonly body: unknown
}

/** unreachable: no connection, or it broke. late: the deadline came first. Whether anything was done is unknown. */
export class NoAnswer extends Error {
  readonly kind: 'unreachable' | 'late'

  constructor(kind: NoAnswer['kind'], cause?: unknown) {
    super(`The search engine is ${kind}`, { cause })
    this.name = 'NoAnswer'
    this.kind = kind
  }
}

/** Headers that prove who asks. */
export type RequestSigner = (request: UnsignedRequest) => Promise<Readonly<Record<string, string>>>

export interface UnsignedRequest {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: string
}
