/** What the entries of tasks have in common: they are called by the clock or by an operator. */
import { deadlineOf, type LambdaContext } from './lambda-context.ts'

const ANSWER_MS = 5000

export const timeIsUpAt = (context: LambdaContext): number => deadlineOf(context, ANSWER_MS)
