import { expect } from 'vitest'
import { tenantOf } from '#service/call.ts'
import { createDefinitions } from '#service/definitions.ts'
import type { IssueCode } from '#service/fault.ts'
import type { JsonObject, JsonValue } from '#service/resource/content.ts'
import { type ValidateOptions, validateResource } from '#service/resource/validate.ts'

export const definitions = createDefinitions().for(tenantOf('test'))

/** An issue of severity error in short. */
export type Listed = [code: IssueCode, expression: string | undefined, diagnostics: string]

/** By what is wrong with it, a resource and all its issues. */
export type InvalidResources = Readonly<Record<string, [content: JsonValue, ...issues: Listed[]]>>

export function issuesOf(content: JsonValue, options?: ValidateOptions): Listed[] {
  const { resource, issues } = validateResource(definitions, content, options)
  expect(resource).toBe(issues.length === 0 ? content : undefined)
  return issues.map(({ severity, code, expression, diagnostics }) => {
    expect(severity).toBe('error')
    expect(expression?.length ?? 1).toBe(1)
    return [code, expression?.[0], diagnostics]
  })
}

export const patient = (members: JsonObject): JsonObject => ({ resourceType: 'Patient', ...members })

export const observation = (members: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'a' },
  ...members,
})

export const narrative = (content: string): JsonObject => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${content}</div>`,
})
