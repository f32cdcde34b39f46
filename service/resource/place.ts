/** Where a walk is in a resource. Keeping it costs next to nothing; the FHIRPath is only made when it is asked for. */
export class Place {
  readonly #names: string[] = []
  readonly #indexes: number[] = []
  #depth = 0

  /** Steps into an element; index -1: it is not in an array. */
  enter(name: string, index: number): void {
    this.#names[this.#depth] = name
    this.#indexes[this.#depth] = index
    this.#depth++
  }

  leave(): void {
    this.#depth--
  }

  /** How many steps it is from the outside. */
  get level(): number {
    return this.#depth
  }

  /** `Patient.name[0]`, or that of an element there. */
  expression(element?: string, index = -1): string {
    let path = ''
    for (let level = 0; level < this.#depth; level++) {
      path += (level === 0 ? '' : '.') + step(this.#names[level] ?? '', this.#indexes[level] ?? -1)
    }
    return element === undefined ? path : `${path}.${step(element, index)}`
  }
}

const step = (name: string, index: number): string => (index < 0 ? name : `${name}[${index}]`)
