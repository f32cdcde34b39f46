/** What searches say by parameters whose values are not all in the index yet. */
import type { Call } from '../../call.ts'
import type { ServiceContext } from '../../context.ts'
import { fault, type Issue } from '../../fault.ts'
import type { Parameters } from '../../fhir-service.ts'
import type { OwnParameter, OwnParameters } from './own-parameter.ts'
import { unindexed } from './reindex-job.ts'

/** Parameters of the search that find only some of what they should, as warnings. */
export async function unindexedIssues(
  context: ServiceContext,
  call: Call,
  parameters: Parameters,
): Promise<readonly Issue[]> {
  const missing = await missingOf(context, call, parameters)
  return missing.map(parameter => ({
    severity: 'warning',
    code: 'transient',
    diagnostics: `${sentenceOf(parameter)} The answer may lack some of them`,
    expression: [parameter.code],
  }))
}

/** @throws Fault unavailable: a condition must not decide by half of the resources. */
export async function assertIndexed(context: ServiceContext, call: Call, parameters: Parameters): Promise<void> {
  const [missing] = await missingOf(context, call, parameters)
  if (!missing) return
  throw fault('unavailable', `${sentenceOf(missing)} Until then no condition can be decided by it`, {
    code: 'transient',
    expression: [missing.code],
    retryAfterSeconds: RETRY_SECONDS,
  })
}

const RETRY_SECONDS = 5

const sentenceOf = ({ code, url, id }: OwnParameter): string =>
  `Resources that were stored before search parameter '${code}' (${url}) are still being indexed: ` +
  `SearchParameter/${id}/$reindex-status tells how far that is.`

const NONE: readonly OwnParameter[] = Object.freeze([])

/** By which everything is indexed stays so: another parameter makes other definitions. */
const complete = new WeakSet<OwnParameters>()

async function missingOf(
  context: ServiceContext,
  call: Call,
  parameters: Parameters,
): Promise<readonly OwnParameter[]> {
  const { own } = context.definitions.for(call.tenant)
  if (!own || own.parameters.length === 0 || complete.has(own)) return NONE
  const words = new Set(parameters.flatMap(wordsOf))
  const used = own.parameters.filter(({ code }) => words.has(code))
  if (used.length === 0) return NONE
  const missing = await unindexed(context, call, used)
  if (missing.length === 0 && used.length === own.parameters.length) complete.add(own)
  return missing
}

/** Parameters whose values name others. */
const NAMING = /^_(filter|sort|revinclude|has)/

/** Every name that may be that of a parameter; some are not, which a warning too many makes up for. */
const wordsOf = ([name, value]: Parameters[number]): readonly string[] =>
  (NAMING.test(name) ? `${name} ${value}` : name).split(/[^A-Za-z0-9_-]+/).map(word => word.replace(/^-/, ''))
