/** A write and the Provenance that tells of it, in one commit: the X-Provenance header of R4 provenance.html#header. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault, withIssues } from '../fault.ts'
import type { Revealed, WriteResult } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import type { JsonObject, JsonValue, ResourceContent } from '../resource/content.ts'
import { parseJson } from '../resource/json.ts'
import { textOfJson } from '../resource/json-text.ts'
import type { BundleEntry } from './entries.ts'
import type { EntryOutcome } from './outcome.ts'
import { transaction } from './transaction.ts'

/** The write as an entry, without what every entry has. */
export type ProvenEntry = Pick<BundleEntry, 'method' | 'interaction'> &
  Partial<Pick<BundleEntry, 'resource' | 'ifNoneExist' | 'ifMatch' | 'ifNoneMatch'>>

export interface ProvenOutcome extends EntryOutcome {
  /** Whether there was anything to write, and a Provenance with it. */
  readonly wrote: boolean
}

/** Where the written resource is known only once it is written. */
const LINK = 'urn:uuid:00000000-0000-4000-8000-000000000000'

/**
 * @param provenance without a target: that is the version that is written. Where nothing is written, because a
 * condition finds what it would create, there is no Provenance either.
 */
export async function writeWithProvenance(
  context: ServiceContext,
  call: Call,
  entry: ProvenEntry,
  provenance: JsonValue,
): Promise<ProvenOutcome> {
  const { interaction } = entry
  const reference = interaction.kind === 'delete' ? `${interaction.type}/${interaction.id}` : LINK
  const conditions = { ifNoneExist: undefined, ifMatch: undefined, ifNoneMatch: undefined, ifModifiedSince: undefined }
  const write: BundleEntry = { index: 0, fullUrl: LINK, url: '', resource: undefined, ...conditions, ...entry }
  const record: BundleEntry = {
    index: 1,
    fullUrl: undefined,
    method: 'POST',
    url: 'Provenance',
    interaction: { kind: 'create', type: 'Provenance' },
    resource: { ...provenanceOf(provenance), target: [{ reference }] },
    ...conditions,
    follows: 0,
  }
  const versionedReferences = new Set([...context.rules.versionedReferences, 'Provenance.target'])
  const within = { ...context, rules: { ...context.rules, versionedReferences } }
  try {
    const [outcome, recorded] = await transaction(within, call, [write, record], { prefer: 'representation' })
    invariant(outcome && recorded, 'each entry of a transaction has an outcome')
    return { ...outcome, wrote: recorded.version !== undefined }
  } catch (error) {
    throw Fault.is(error) ? alone(error, interaction) : error
  }
}

function provenanceOf(content: JsonValue): JsonObject {
  const resource = content as JsonObject | null
  if (typeof resource !== 'object' || resource?.resourceType !== 'Provenance') {
    throw fault('invalid', 'X-Provenance is a Provenance resource as JSON', { expression: ['X-Provenance'] })
  }
  if (resource.target !== undefined) {
    throw fault('invalid', 'The Provenance of X-Provenance has no target: that is what the request writes', {
      expression: ['X-Provenance'],
    })
  }
  return resource
}

/** The fault as the request would have had it by itself: its client knows of no Bundle. */
function alone(error: Fault, interaction: BundleEntry['interaction']): Fault {
  const type = 'type' in interaction ? interaction.type : undefined
  const issues = error.issues.map(({ expression, ...issue }) => {
    const own = (expression ?? []).flatMap(path => {
      if (path.startsWith('Bundle.entry[1]')) return [path.replace('Bundle.entry[1].resource', 'X-Provenance')]
      const resource = /^Bundle\.entry\[0\]\.resource(?=$|[.[])/.exec(path)?.[0]
      return resource && type !== undefined ? [type + path.slice(resource.length)] : []
    })
    return own.length > 0 ? { ...issue, expression: own } : issue
  })
  return withIssues(error, issues)
}

/** What a write by itself answers. */
export function writeResultOf({ status, version, resource = [], wrote }: ProvenOutcome): WriteResult {
  invariant(version && resource.length > 0, 'a write has a version')
  const body = resource.map(textOfJson).join('')
  const revealed: Revealed = { ...version, body, content: () => parseJson(body) as ResourceContent }
  const kind = status.startsWith('201') ? 'created' : wrote ? 'updated' : 'unchanged'
  return { kind, version: revealed }
}
