import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql/language/index.js'
import type { Definitions } from '../../definitions.ts'
import { fault } from '../../fault.ts'
import type { GraphqlRequest, GraphqlResult } from '../../fhir-service.ts'
import type { GraphqlLimits } from '../limits.ts'
import type { Model } from '../model/type-model.ts'
import { parseDocument } from '../parse-document.ts'
import { measure } from '../validation/measure.ts'
import { fragmentsOf, operationsOf } from '../validation/validation.ts'

export type Describe = (request: GraphqlRequest) => Promise<GraphqlResult | undefined>

/** Answers documents of the system that ask for nothing but types; undefined for all others. */
export function createDescribe(model: Model, definitions: Definitions, limits: GraphqlLimits): Describe {
  return async request => {
    if (request.focus || !MENTIONED.test(request.query)) return undefined
    const document = parseDocument(request.query, limits.tokensMax)
    if (!asksForTypesAlone(document)) return undefined
    assertExtent(document, limits)
    const { introspect } = await import('./introspect.ts')
    return introspect(model, definitions, request)
  }
}

const MENTIONED = /\b__(?:schema|type)\b/

function asksForTypesAlone(document: DocumentNode): boolean {
  const fields = operationsOf(document).flatMap(({ operation, selectionSet }) =>
    operation === 'query' ? namesIn(selectionSet) : [undefined],
  )
  const isAlone = fields.every(name => name === '__schema' || name === '__type' || name === '__typename')
  return isAlone && fields.some(name => name !== '__typename')
}

/** Names of the fields; undefined for a fragment, in which there may be others. */
const namesIn = ({ selections }: SelectionSetNode): readonly (string | undefined)[] =>
  selections.map(selection => (selection.kind === Kind.FIELD ? selection.name.value : undefined))

/** @throws Fault too-costly */
function assertExtent(document: DocumentNode, { depthMax, fieldsMax }: GraphqlLimits): void {
  const validation = { fragments: fragmentsOf(document) }
  for (const { selectionSet } of operationsOf(document)) {
    const { depth, fields } = measure(validation, selectionSet)
    if (depth > depthMax || fields > fieldsMax) {
      throw fault('too-costly', `At most ${depthMax} levels and ${fieldsMax} fields may be asked for`)
    }
  }
}
