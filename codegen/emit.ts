import { type Diagnostic, formatDiagnostic } from './diagnostics.ts'
import { emitDescribedGraphql } from './emit-described-graphql.ts'
import { completeSdl, emitGraphql } from './emit-graphql.ts'
import { emitReadme } from './emit-readme.ts'
import { emitTables, type GeneratedFiles } from './emit-tables.ts'
import { emitTypes } from './emit-types.ts'
import type { Model } from './model.ts'

/** Everything in schema/generated, as text by relative path. What was said on the way is kept for review, too. */
export function emitFiles(model: Model, diagnostics: readonly Diagnostic[]): GeneratedFiles {
  const sdl = emitGraphql(model, completeSdl)
  return new Map([
    ...emitTables(model),
    ['schema.graphql', sdl],
    ['schema.described.graphql', emitDescribedGraphql(sdl, model)],
    ['types.ts', emitTypes(model)],
    ['README.md', emitReadme(model)],
    ['diagnostics.txt', diagnostics.map(diagnostic => `${formatDiagnostic(diagnostic)}\n`).join('')],
  ])
}
