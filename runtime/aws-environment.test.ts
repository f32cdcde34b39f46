import { expect, test } from 'vitest'
import { dispatchPlaces, indexStreamPlaces, servicePlaces } from './aws-environment.ts'
import { ConfigurationError, type Environment } from './environment-reader.ts'

const KEY = 'k'.repeat(32)

const COMPLETE: Environment = {
  AWS_REGION: 'eu-central-1',
  TABLE_NAME: 'gateway-prod',
  OBJECTS_BUCKET: 'objects-prod',
  SEARCH_ENDPOINT: 'https://search-prod.eu-central-1.es.amazonaws.com/',
  SEARCH_PREFIX: 'fhir',
  SEALING_KEY: KEY,
  REFUSED_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/refused',
}

const region = 'eu-central-1'
const table = { region, table: 'gateway-prod' }
const objects = { region, bucket: 'objects-prod' }
const search = {
  region,
  endpoint: 'https://search-prod.eu-central-1.es.amazonaws.com',
  prefix: 'fhir',
  tenancy: 'single',
}
const refused = { region, queueUrl: 'https://sqs.eu-central-1.amazonaws.com/123456789012/refused' }

test('each function is told what it needs', () => {
  expect(servicePlaces(COMPLETE)).toEqual({ table, objects, search, sealingKey: KEY })
  expect(indexStreamPlaces({ ...COMPLETE, TENANCY: 'multi' })).toEqual({
    table,
    objects,
    search: { ...search, tenancy: 'multi' },
    refused,
  })
  expect(dispatchPlaces(COMPLETE)).toEqual({ table, objects, refused })
})

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

test('all that is missing is told at once, a sentence each', () => {
  expect(problemsOf(() => servicePlaces({}))).toEqual([
    'AWS_REGION is not set, but must be an AWS region.',
    'TABLE_NAME is not set, but must be the name of the DynamoDB table.',
    'OBJECTS_BUCKET is not set, but must be the name of the bucket of large bodies.',
    'SEARCH_ENDPOINT is not set, but must be the https URL of the OpenSearch domain.',
    'SEARCH_PREFIX is not set, but must be lower-case letters, digits and dashes.',
    'SEALING_KEY is not set, but must be 32 characters or more.',
  ])
})

test('what is wrong is quoted, but for secrets', () => {
  const wrong = {
    ...COMPLETE,
    SEARCH_ENDPOINT: 'http://search.example.org',
    SEARCH_PREFIX: 'FHIR',
    SEALING_KEY: 'short',
    TENANCY: 'some',
  }
  expect(problemsOf(() => servicePlaces(wrong))).toEqual([
    'SEARCH_ENDPOINT is "http://search.example.org", but must be the https URL of the OpenSearch domain.',
    'SEARCH_PREFIX is "FHIR", but must be lower-case letters, digits and dashes.',
    'TENANCY is "some", but must be single or multi.',
    'SEALING_KEY is wrong, but must be 32 characters or more.',
  ])
})
