import { DeploymentError } from './config.ts'

/** By what the SDL has, what it becomes: AppSync's directives say who may use what besides those who log in. */
const CHANGES: readonly (readonly [RegExp, string])[] = [
  // By a role of the account alone.
  [/(publishResourceChange\([^)]*\): ?ResourceChange)/, '$1 @aws_iam'],
  [/(onResourceChange\([^)]*\): ?ResourceChange)/, '$1 @aws_subscribe(mutations:["publishResourceChange"])'],
  [/(type ResourceChange) ?\{/, '$1 @aws_iam @aws_cognito_user_pools{'],
]

/** @throws DeploymentError where the SDL has no live updates */
export function authorizeSchema(sdl: string): string {
  let authorized = sdl
  for (const [pattern, replacement] of CHANGES) {
    const before = authorized
    authorized = authorized.replace(pattern, replacement)
    if (authorized === before) throw new DeploymentError([`The schema has nothing like ${pattern.source}.`])
  }
  return authorized
}
