import { fault, type SubscribeRequest } from '#service/index.ts'
import type { ResolverEvent } from './event.ts'
import { SUBSCRIPTION_FIELD } from './registry.ts'

const NAMES = ['resourceType', 'id', 'patient'] as const satisfies readonly (keyof SubscribeRequest)[]

/** @throws Fault invalid for another field, or an argument that is no text. */
export function readSubscription({ arguments: given, info }: ResolverEvent): SubscribeRequest {
  if (info.fieldName !== SUBSCRIPTION_FIELD) throw fault('invalid', `There is no subscription ${info.fieldName}`)
  return Object.fromEntries(
    NAMES.flatMap(name => {
      const value = given[name]
      if (value === undefined || value === null) return []
      if (typeof value === 'string') return [[name, value]]
      throw fault('invalid', `${name} takes text`, { expression: [name] })
    }),
  )
}
