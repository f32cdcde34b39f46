/** What Lambda tells a function of its call; only what is read. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number
}

/**
 * Milliseconds since the epoch: what is not done by then is given up.
 * @param answerMs kept of the time that is left, so that what has come of it gets out.
 */
export const deadlineOf = (context: LambdaContext, answerMs: number): number =>
  Date.now() + context.getRemainingTimeInMillis() - answerMs
