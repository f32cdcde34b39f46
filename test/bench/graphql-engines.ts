/** What test/bench/graphql-shapes.ts compares, over one folder. */
import type { DocumentNode, GraphQLResolveInfo } from 'graphql'
import { openPrimaryService } from '#runtime/embedded.ts'
import type { Call, FhirService, JsonObject } from '#service/index.ts'
import { generatedSdl } from '#test/support/generated-schema.ts'
import { testCall } from '#test/support/test-call.ts'

/** A document, to its data. */
export type Engine = (query: string) => Promise<unknown>

/** The gateway's own, or graphql-js as one would write it. */
export type EngineKind = 'executor' | 'naive'

export const call: Call = testCall({ deadline: Number.MAX_SAFE_INTEGER })

/** Of the folder's gateway; close it at the end. */
export async function openEngine(kind: EngineKind, folder: string): Promise<{ ask: Engine; close(): Promise<void> }> {
  const { service, close } = await openPrimaryService({ folder })
  if (kind === 'naive') {
    return { ask: await naiveEngine(service), close }
  }
  const ask: Engine = async query => {
    const { data, errors } = await service.graphql(call, { query })
    if (errors) throw new Error(errors[0]?.message)
    return JSON.parse(JSON.stringify(data))
  }
  return { ask, close }
}

type Arguments = Readonly<Record<string, unknown>>

/** graphql-js over the generated SDL with a resolver a field, each of which asks the service by itself. */
async function naiveEngine(service: FhirService): Promise<Engine> {
  // Only who measures it pays for loading it.
  const { buildASTSchema, execute, parse, validate } = await import('graphql')
  const schema = buildASTSchema(parse(`scalar AWSJSON\n${generatedSdl()}`), { assumeValid: true })
  const fieldResolver = (source: JsonObject, given: Arguments, _context: unknown, info: GraphQLResolveInfo) =>
    resolve(service, source, given, info)
  // The executor keeps documents, too.
  const documents = new Map<string, DocumentNode>()
  const documentOf = (query: string): DocumentNode => {
    const known = documents.get(query)
    if (known) return known
    const document = parse(query)
    const [problem] = validate(schema, document)
    if (problem) throw problem
    documents.set(query, document)
    return document
  }
  return async query => {
    const document = documentOf(query)
    const { data, errors } = await execute({
      schema,
      document,
      fieldResolver,
      typeResolver: ({ resourceType }) => resourceType,
    })
    if (errors?.[0]) throw errors[0]
    return JSON.parse(JSON.stringify(data))
  }
}

async function resolve(service: FhirService, source: JsonObject, given: Arguments, info: GraphQLResolveInfo) {
  const { fieldName, parentType } = info
  if (parentType.name === 'Query' || given._reference !== undefined) {
    const type = fieldName.slice(0, -'List'.length)
    const parameters: [string, string][] = [['_count', String(given._count ?? 1000)]]
    if (given._reference !== undefined)
      parameters.push([String(given._reference), `${source.resourceType}/${source.id}`])
    const { matches } = await service.search(call, { type, parameters })
    return matches.map(match => match.content())
  }
  if (parentType.name === 'Reference' && fieldName === 'resource') {
    const [type = '', id = ''] = String(source.reference).split('/')
    const result = await service.read(call, { type, id })
    return result.kind === 'found' ? result.version.content() : null
  }
  return source[fieldName]
}
