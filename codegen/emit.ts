import { completeSdl, emitGraphql } from './emit-graphql.ts'
import { emitTables, type GeneratedFiles } from './emit-tables.ts'
import type { Model } from './model.ts'

/** Everything in schema/generated, as text by relative path. */
export function emitFiles(model: Model): GeneratedFiles {
  return new Map([...emitTables(model), ['schema.graphql', emitGraphql(model, completeSdl)]])
}
