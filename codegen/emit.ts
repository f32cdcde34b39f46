import { completeSdl, emitGraphql } from './emit-graphql.ts'
import { emitReadme } from './emit-readme.ts'
import { emitTables, type GeneratedFiles } from './emit-tables.ts'
import { emitTypes } from './emit-types.ts'
import type { Model } from './model.ts'

/** Everything in schema/generated, as text by relative path. */
export function emitFiles(model: Model): GeneratedFiles {
  return new Map([
    ...emitTables(model),
    ['schema.graphql', emitGraphql(model, completeSdl)],
    ['types.ts', emitTypes(model)],
    ['README.md', emitReadme(model)],
  ])
}
