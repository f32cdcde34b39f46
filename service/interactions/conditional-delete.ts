import { assertPermitted } from '../access/permit.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { ConditionalDeleteRequest, ConditionalDeleteResult } from '../fhir-service.ts'
import { commitReferring } from './commit-referring.ts'
import { findMatches, readCondition, tooManyMatches } from './condition.ts'
import { contendedCondition } from './conditional-update.ts'
import { confirmedDeletes } from './confirmed-deletes.ts'
import { assertMatch, assertMatchGiven, assertVersionId, namesVersion, overtaken } from './if-match.ts'
import { assertKnownType } from './known-type.ts'
import { commitOnce } from './once.ts'
import { attributesOfChange, prepareTombstone } from './prepare.ts'

/**
 * R4 http.html#3.1.0.7.1. All matches are deleted in one commit, or none where they are more than
 * rules.conditionalDeleteMax. After a lost race the search is made again.
 */
export async function conditionalDelete(
  context: ServiceContext,
  call: Call,
  request: ConditionalDeleteRequest,
): Promise<ConditionalDeleteResult> {
  const { limits, rules, ports } = context
  const { type, ifMatch } = request
  assertKnownType(context.definitions.for(call.tenant), type)
  assertPermitted(context.policy, call, 'delete', type)
  assertVersionId(ifMatch)
  const condition = await readCondition(context, call, type, request.condition)
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    const matches = await findMatches(context, call, condition, undefined, rules.conditionalDeleteMax + 1)
    if (matches.length > rules.conditionalDeleteMax) throw tooManyMatches(condition, rules.conditionalDeleteMax)
    for (const match of matches) {
      assertMatch(match, match, ifMatch)
      assertMatchGiven(rules, match, match, ifMatch)
    }
    const [first] = matches
    if (!first) return { versions: [] }
    const now = ports.clock.now()
    const changes = matches.map(match => prepareTombstone(call, match, now))
    const commitRequest = { changes, deadline: call.deadline, ...confirmedDeletes(context, call, matches) }
    const outcome = { kind: 'deleted', type, id: first.id, versionId: first.versionId + 1 } as const
    const { committed, fault } = await commitReferring(context, () => commitOnce(context, call, commitRequest, outcome))
    if (committed) return { versions: changes.map(attributesOfChange) }
    if (fault) throw fault
    if (namesVersion(ifMatch)) throw overtaken(first, ifMatch)
  }
  throw contendedCondition(condition)
}
