import type { Call } from '../call.ts'
import { type Fault, fault } from '../fault.ts'
import type { AccessPolicy, InteractionCode } from './policy.ts'

/** @throws Fault forbidden where the policy doesn't let the caller do this at all. */
export function assertPermitted(
  policy: AccessPolicy,
  call: Call,
  interaction: InteractionCode,
  type: string | undefined,
): void {
  if (!policy.permits(call, interaction, type)) throw notPermitted(interaction, type)
}

/** One text for whatever access refuses, so that it doesn't tell a hidden resource from one that may not be written. */
export const notPermitted = (interaction: InteractionCode, type: string | undefined): Fault =>
  fault('forbidden', `The caller may not ${type === undefined ? `use ${interaction}` : `${interaction} this ${type}`}`)
