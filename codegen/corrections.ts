import type { SearchParameter } from './definitions.ts'
import type { Report } from './diagnostics.ts'

interface Correction {
  readonly name: string
  /** What is wrong with the published definition. */
  readonly reason: string
  readonly apply: (parameter: SearchParameter) => SearchParameter
}

const withExpression =
  (expression: string) =>
  (parameter: SearchParameter): SearchParameter => ({ ...parameter, expression })

/** Known slips in R4's own definitions, by the last part of their URL: with them the parameter finds nothing. */
const corrections: readonly Correction[] = [
  {
    name: 'Bundle-composition',
    reason: 'the first entry counts only where it is a Composition, as the description says',
    apply: withExpression('Bundle.entry[0].resource.ofType(Composition)'),
  },
  {
    name: 'Bundle-message',
    reason: 'the first entry counts only where it is a MessageHeader, as the description says',
    apply: withExpression('Bundle.entry[0].resource.ofType(MessageHeader)'),
  },
  {
    name: 'DocumentReference-relationship',
    reason: 'the definitions of its components stand the wrong way round',
    apply: parameter => ({
      ...parameter,
      component: [
        { definition: 'http://hl7.org/fhir/SearchParameter/DocumentReference-relation', expression: 'code' },
        { definition: 'http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto', expression: 'target' },
      ],
    }),
  },
  {
    name: 'Observation-code-value-date',
    reason: 'the type is written DateTime instead of dateTime',
    apply: parameter => ({
      ...parameter,
      component: (parameter.component ?? []).map(({ definition, expression }) => ({
        definition,
        expression: expression.replace('DateTime', 'dateTime'),
      })),
    }),
  },
]

const byUrl = new Map(
  corrections.map(correction => [`http://hl7.org/fhir/SearchParameter/${correction.name}`, correction]),
)

export function correctParameter(parameter: SearchParameter, report: Report): SearchParameter {
  const correction = byUrl.get(parameter.url)
  if (correction === undefined) return parameter
  const subject = `${parameter.base.join(',')}.${parameter.code}`
  report({ severity: 'information', code: 'corrected', subject, message: correction.reason })
  return correction.apply(parameter)
}
