import { fault } from '#service/fault.ts'

/** How much a search with chains or `_has` may ask for. */
export interface JoinLimits {
  /** Resources at a time. */
  readonly batch: number
  /** A join with more ends than this is not followed from its far side. */
  readonly endsMax: number
  /** Resources whose references are gathered in one go. */
  readonly gatheredMax: number
  /** Resources looked at in all. */
  readonly resourcesMax: number
}

export const JOIN_LIMITS: JoinLimits = { batch: 1000, endsMax: 10_000, gatheredMax: 100_000, resourcesMax: 50_000 }

export class JoinBudget {
  readonly limits: JoinLimits
  #left: number

  constructor(limits: JoinLimits) {
    this.limits = limits
    this.#left = Math.ceil(limits.resourcesMax / limits.batch)
  }

  /** Takes one batch. @throws Fault too-costly where there is none left. */
  spend(): void {
    if (this.#left-- > 0) return
    const limit = `The chains and _has of this search lead through more than ${this.limits.resourcesMax} resources.`
    throw fault('too-costly', `${limit} Give it more, or more selective, parameters.`)
  }
}
