import type { FhirService, Interaction, InteractionKind, Parameters } from '#service/index.ts'
import type { HttpRequest } from './http-message.ts'
import type { Rendering } from './response.ts'

/** A request whose body is as it was before Content-Encoding. */
export interface Exchange {
  readonly service: FhirService
  readonly request: HttpRequest
  readonly rendering: Rendering
  /** `_format` and `_pretty` of the query, for links to other pages. */
  readonly general: Parameters
}

/** The interaction of a kind. */
export type Of<Kind extends InteractionKind> = Extract<Interaction, { readonly kind: Kind }>
