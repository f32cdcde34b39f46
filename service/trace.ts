/** Where an error came from, for the log. */

export interface Trace {
  readonly error: string
  readonly code?: string
  readonly at?: string
}

/**
 * Class and place of an error that nobody expected. Its message stays out: messages of parsers and engines quote what
 * they were given.
 */
export function traceOf(failure: unknown): Trace {
  if (!(failure instanceof Error)) return { error: typeof failure }
  const { code } = failure as { code?: unknown }
  const { stack = '', message } = failure
  const frames = stack.slice(stack.indexOf(message) + message.length).split(/\n\s*/)
  return {
    error: failure.name,
    ...(typeof code === 'string' && { code }),
    at: frames.filter(frame => frame !== '').join(' | '),
  }
}
