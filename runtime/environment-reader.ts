/** Variables one after the other; what is wrong with them is gathered, so that it is told all at once. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Lists every variable that is wrong, a sentence each. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}

/** undefined: the text is not what is expected. */
export type ParseText<T> = (text: string) => T | undefined

export class EnvironmentReader {
  readonly #environment: Environment
  /** Each once, however often the variable is read. */
  readonly #problems = new Set<string>()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  optional<T>(name: string, fallback: T, parse: ParseText<T>, expected: string): T {
    const text = this.#text(name)
    if (!text) return fallback
    return this.#parse(name, text, parse, expected) ?? fallback
  }

  /** What it gives where there is a problem is of no use: `end` throws then. */
  required<T>(name: string, parse: ParseText<T>, expected: string): T {
    const text = this.#text(name)
    if (text) return this.#parse(name, text, parse, expected) as T
    this.#problems.add(`${name} is not set, but must be ${expected}.`)
    return undefined as T
  }

  /** The same for a value that no message may quote. */
  requiredSecret<T>(name: string, parse: ParseText<T>, expected: string): T {
    const text = this.#text(name)
    const value = text ? parse(text) : undefined
    if (value === undefined) this.#problems.add(`${name} is ${text ? 'wrong' : 'not set'}, but must be ${expected}.`)
    return value as T
  }

  /** A sentence on what is wrong, where what is expected is more than a few words. */
  report(problem: string): void {
    this.#problems.add(problem)
  }

  /** @throws ConfigurationError */
  end(): void {
    if (this.#problems.size > 0) throw new ConfigurationError([...this.#problems])
  }

  #text(name: string): string | undefined {
    return this.#environment[name]?.trim()
  }

  #parse<T>(name: string, text: string, parse: ParseText<T>, expected: string): T | undefined {
    const value = parse(text)
    if (value === undefined) this.#problems.add(`${name} is ${JSON.stringify(text)}, but must be ${expected}.`)
    return value
  }
}

/** Whatever it says. */
export const anyText: ParseText<string> = text => text
