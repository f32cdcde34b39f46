import type { ExpressionBudget, Expressions } from './expression-types.ts'

/** Whether a document may narrow lists by FHIRPath, or slice by it. */
export const mentionsExpressions = (text: string): boolean => /\bfhirpath\b|@slice\b/.test(text)

/** The engine costs a tenth of a second to load, which only those pay who use it. */
export async function loadExpressions(budget: ExpressionBudget): Promise<Expressions> {
  const { createExpressions } = await import('./expressions.ts')
  return createExpressions(budget)
}
