/** What a deployment tells its functions is what they ask for: each variable that is set is read, and the other way. */
import { beforeAll, describe, expect, test } from 'vitest'
import { FUNCTIONS } from '#infra/functions.ts'
import {
  dispatchPlaces,
  enginePlaces,
  functionSettings,
  indexStreamPlaces,
  jobsPlace,
  publishPlaces,
  servicePlaces,
} from '#runtime/aws-environment.ts'
import { parseEnvironment } from '#runtime/env.ts'
import { AWS_ENV, ENV } from '#runtime/env-names.ts'
import type { Environment } from '#runtime/environment-reader.ts'
import { type Synthesized, synthesize } from './synthesize.ts'

type Name = keyof typeof FUNCTIONS

/** What the entries in runtime/lambda parse while they start. */
const READERS: Readonly<Record<Name, readonly ((environment: Environment) => unknown)[]>> = {
  rest: [servicePlaces, parseEnvironment, functionSettings],
  resolvers: [servicePlaces, parseEnvironment, functionSettings],
  'index-stream': [indexStreamPlaces, parseEnvironment, functionSettings],
  dispatch: [dispatchPlaces, parseEnvironment, functionSettings],
  jobs: [servicePlaces, jobsPlace, parseEnvironment, functionSettings],
  publish: [publishPlaces, parseEnvironment, functionSettings],
  sweep: [enginePlaces, parseEnvironment, functionSettings],
  redrive: [indexStreamPlaces, parseEnvironment, functionSettings],
  reindex: [enginePlaces, parseEnvironment, functionSettings],
}

/** Read where there is no deployment: the local server's, and what Cognito has as its default has it. */
const LOCAL: readonly string[] = [
  ...[ENV.port, ENV.host, ENV.dataFolder, ENV.tlsCertificate, ENV.tlsKey],
  ...[ENV.ifMatch, ENV.referenceIntegrity, ENV.versionedReferences, ENV.conditionalDeleteMax],
  ...[ENV.loginIssuer, ENV.loginAudience, ENV.loginKeys, ENV.rolesClaim, ENV.tenantClaim],
]

/** Of callers and what they are told: parseEnvironment reads it for those, too, that answer none and don't use it. */
const OF_DOORS: readonly string[] = [
  ENV.baseUrl,
  ENV.corsOrigins,
  ENV.hardDelete,
  ENV.binaryUrls,
  ENV.attachmentUrls,
  ENV.resourceTypes,
  ENV.roles,
  ENV.tenancy,
]

/** Of variables whose value the deployment finds: one of its form. */
const DEPLOYED: Readonly<Record<string, string>> = {
  [AWS_ENV.table]: 'table',
  [AWS_ENV.objectsBucket]: 'bucket',
  [AWS_ENV.searchEndpoint]: 'https://search.example.org',
  [AWS_ENV.sealingKey]: 'x'.repeat(64),
  [AWS_ENV.refusedQueue]: 'https://queue.example.org',
  [AWS_ENV.jobsQueue]: 'https://queue.example.org/jobs',
  [AWS_ENV.changesQueue]: 'https://queue.example.org/changes.fifo',
  [AWS_ENV.graphqlEndpoint]: 'https://api.example.org/graphql',
  [ENV.baseUrl]: 'https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod/fhir',
}

let everything: Synthesized

beforeAll(() => {
  const roles = { nurse: [{ interactions: ['read'], types: ['Patient'] }] }
  const settings = { resourceTypes: 'Patient,List', corsOrigins: 'https://app.example.org', tenancy: 'multi', roles }
  everything = synthesize({ settings: { ...settings, baseUrl: 'https://fhir.example.org/r4', xray: true } })
})

function variablesOf(stacks: Synthesized, name: string): Readonly<Record<string, unknown>> {
  const [found] = stacks
    .ofType('AWS::Lambda::Function')
    .filter(({ Properties }) => Properties.Handler === `runtime/${name}.handler`)
    .map(({ Properties }) => Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> })
  if (!found) throw new Error(`There is no function ${name}`)
  return found.Variables
}

/** As the function finds it: references to other parts of the deployment have become their values. */
const environmentOf = (variables: Readonly<Record<string, unknown>>): Record<string, string | undefined> => ({
  ...Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : DEPLOYED[name]]),
  ),
  [AWS_ENV.region]: 'eu-central-1',
})

describe.each(Object.entries(READERS))('%s', (name, readers) => {
  test('reads what is set, and is set what it reads', () => {
    const environment = environmentOf(variablesOf(everything, name))
    const read = new Set<string>()
    const recording = new Proxy(environment, {
      get(target, key) {
        read.add(String(key))
        return target[String(key)]
      },
    })
    for (const parse of readers) parse(recording)
    const actsForCallers = 'actsForCallers' in FUNCTIONS[name as Name]
    const unused = actsForCallers ? [] : OF_DOORS.filter(key => !(key in environment))
    expect(Object.keys(environment).sort()).toEqual(
      [...read].filter(key => ![...LOCAL, ...unused].includes(key)).sort(),
    )
  })

  test('finds nothing wrong with what a small deployment sets', () => {
    const environment = environmentOf(variablesOf(synthesizedSmall(), name))
    for (const parse of readers) expect(() => parse(environment)).not.toThrow()
  })
})

let small: Synthesized | undefined

function synthesizedSmall(): Synthesized {
  small ??= synthesize()
  return small
}

test('the groups of a deployment are those of its roles', () => {
  const groupsOf = (stacks: Synthesized) =>
    stacks.ofType('AWS::Cognito::UserPoolGroup').map(({ Properties }) => Properties.GroupName)
  expect(groupsOf(everything)).toEqual(['nurse'])
  expect(groupsOf(synthesizedSmall())).toEqual(['practitioner', 'non-practitioner', 'auditor'])
})

test('names of variables mean one thing', () => {
  const names = [...Object.values(ENV), ...Object.values(AWS_ENV)]
  expect(new Set(names).size).toBe(names.length)
})
