/** Gives a parser what it asks of terminology: it runs again once that is known. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault } from '../fault.ts'
import { type TerminologyAnswer, TerminologyAnswers, type TerminologyRequest } from './answers.ts'
import { ancestryOf, branchOf } from './code-hierarchy.ts'
import { codesOf, limited, selectionOf } from './code-set.ts'
import { expandValueSet } from './expand.ts'
import { type TerminologySource, terminologySource } from './source.ts'

/** `parse` has no other effect than its result. Most searches ask for nothing, and are parsed once. */
export async function withTerminology<Parsed>(
  context: ServiceContext,
  call: Call,
  parse: (terminology: TerminologyAnswers) => Parsed,
): Promise<Parsed> {
  const answers = new TerminologyAnswers()
  const parsed = parse(answers)
  const wanted = answers.takeWanted()
  if (wanted.length === 0) return parsed
  if (wanted.length > REQUESTS_MAX) throw tooManyRequests(wanted.length)
  const source = terminologySource(context, call)
  for (const request of wanted) answers.put(request, await answerOf(source, request))
  return parse(answers)
}

/** Value sets and branches of hierarchies in one search. */
const REQUESTS_MAX = 50

const tooManyRequests = (count: number): Fault =>
  fault(
    'too-costly',
    `A search may name ${REQUESTS_MAX} value sets and branches of hierarchies, and this one has ${count}`,
  )

async function answerOf(source: TerminologySource, request: TerminologyRequest): Promise<TerminologyAnswer> {
  try {
    if (request.kind === 'value-set') return selectionOf(await expandValueSet(source, request.valueSet))
    return selectionOf(limited(codesOf(request.system, await lineOf(source, request))))
  } catch (error) {
    const [issue] = Fault.is(error) && EXPECTED.has(error.category) ? error.issues : []
    if (!issue) throw error
    return { code: issue.code, reason: issue.diagnostics }
  }
}

/** What expanding says of a value set; anything else is not about it. */
const EXPECTED: ReadonlySet<string> = new Set(['not-found', 'unsupported', 'too-costly'])

async function lineOf(
  source: TerminologySource,
  { kind, system, code }: Exclude<TerminologyRequest, { readonly kind: 'value-set' }>,
): Promise<ReadonlySet<string>> {
  const hierarchy = await source.hierarchy(system)
  if (!hierarchy) {
    throw fault(
      'not-found',
      "is of a code system that is neither stored here nor one of R4's own: what is above and below is unknown",
    )
  }
  return kind === 'below' ? branchOf(hierarchy, code) : ancestryOf(hierarchy, code)
}
