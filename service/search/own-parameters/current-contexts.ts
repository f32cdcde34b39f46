/** Each interaction works with the search parameters that its tenant has at its beginning, to its end. */
import type { Call } from '../../call.ts'
import type { ServiceContext } from '../../context.ts'
import type { Definitions } from '../../definitions.ts'
import type { ParameterStore } from '../../ports/parameter-store.ts'
import type { Ports } from '../../ports/ports.ts'
import { createOwnDefinitions } from './own-definitions.ts'
import type { UsesOwn } from './uses-own.ts'

/**
 * Runs an interaction with the context that it is to have. Where the newest parameters have to be asked for, they are
 * if the interaction may make use of own ones.
 */
export type Within = <T>(
  call: Pick<Call, 'tenant'>,
  uses: UsesOwn,
  run: (context: ServiceContext) => Promise<T>,
) => Promise<T>

/** Resources that are stored have to be indexed anew, after the answer. */
export const keepsOwnParameters = ({ store, jobs }: Ports): boolean => store.parameters !== undefined && !!jobs

export function currentContexts(context: ServiceContext): Within {
  const { store, clock } = context.ports
  if (!store.parameters || !keepsOwnParameters(context.ports)) return (_call, _uses, run) => run(context)
  return contextsOver(context, store.parameters, clock)
}

function contextsOver(context: ServiceContext, parameters: ParameterStore, clock: Ports['clock']): Within {
  const own = createOwnDefinitions(context.definitions, { parameters, clock })
  const contexts = new WeakMap<Definitions, ServiceContext>()
  const contextOf = (definitions: Definitions): ServiceContext => {
    const known = contexts.get(definitions)
    if (known) return known
    const made = { ...context, definitions: { for: () => definitions, current: own.current } }
    contexts.set(definitions, made)
    return made
  }
  return async ({ tenant }, uses, run) => {
    const atHand = own.find(tenant)
    if (atHand) return run(contextOf(atHand))
    return run(contextOf(uses(context.definitions.for(tenant)) ? await own.current(tenant) : own.latest(tenant)))
  }
}
