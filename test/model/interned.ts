/** Numbers for values: equal values have equal numbers, so that states can be compared and kept cheaply. */
export class Interned<T> {
  readonly #numbers = new Map<string, number>()
  readonly #values: T[] = []

  numberOf(value: T): number {
    if (typeof value === 'object' && value !== null) {
      const known = NUMBERS.get(value)
      if (known?.of === this) return known.number
    }
    const text = textOf(value)
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.#values.push(value) - 1
      this.#numbers.set(text, number)
    }
    if (typeof value === 'object' && value !== null) NUMBERS.set(value, { of: this, number })
    return number
  }

  valueOf(number: number): T {
    return this.#values[number] as T
  }
}

const NUMBERS = new WeakMap<object, { readonly of: object; readonly number: number }>()

/** The same for equal values, whatever order their members have. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const known = NUMBERS.get(value)
  if (known) return `#${known.number}`
  if (value instanceof Uint8Array) return `bytes ${value}`
  if (Array.isArray(value)) return `[${value.map(textOf)}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${name}:${textOf(member)}`).sort()}}`
}
