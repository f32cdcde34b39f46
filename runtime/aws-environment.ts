/** What a deployment on AWS tells its functions, read once and checked. */
import { parseFlag, parseTenancy } from './access-environment.ts'
import { AWS_ENV, ENV } from './env-names.ts'
import { anyText, type Environment, EnvironmentReader } from './environment-reader.ts'

/** Plain data, all of it: it goes to other threads as it is. */
export interface AwsEndpoint {
  readonly region: string
  /** Instead of AWS's own: an engine on this machine, with the credentials that it takes. */
  readonly local?: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string }
}

export interface ObjectsPlace extends AwsEndpoint {
  readonly bucket: string
}

export interface TablePlace extends AwsEndpoint {
  readonly table: string
}

export interface SearchPlace {
  readonly region: string
  /** Requests to https are signed; http is for an engine on this machine. */
  readonly endpoint: string
  readonly prefix: string
  readonly tenancy: 'single' | 'multi'
}

export interface QueuePlace extends AwsEndpoint {
  readonly queueUrl: string
}

/** What resources are stored in and found by. */
export interface EnginePlaces {
  readonly table: TablePlace
  readonly objects: ObjectsPlace
  readonly search: SearchPlace
}

export interface ServicePlaces extends EnginePlaces {
  readonly sealingKey: string
  /**
   * undefined: nothing goes on after its request was answered. stream: whoever reads the stream of the table has jobs
   * worked on.
   */
  readonly jobs?: QueuePlace | 'stream' | undefined
}

export interface IndexStreamPlaces extends EnginePlaces {
  readonly refused: QueuePlace
}

export interface DispatchPlaces {
  readonly table: TablePlace
  readonly objects: ObjectsPlace
  readonly refused: QueuePlace
  /** undefined: there are no live updates. */
  readonly changes: QueuePlace | undefined
}

/** @throws ConfigurationError */
export const servicePlaces = (environment: Environment): ServicePlaces =>
  read(environment, reader => ({
    ...readEngines(reader),
    sealingKey: reader.requiredSecret(AWS_ENV.sealingKey, parseKey, `${KEY_LENGTH_MIN} characters or more`),
    jobs: optionalQueue(reader, AWS_ENV.jobsQueue, JOBS_QUEUE),
  }))

/** @throws ConfigurationError */
export const indexStreamPlaces = (environment: Environment): IndexStreamPlaces =>
  read(environment, reader => ({ ...readEngines(reader), refused: queuePlace(reader) }))

/** @throws ConfigurationError */
export const enginePlaces = (environment: Environment): EnginePlaces => read(environment, readEngines)

const readEngines = (reader: EnvironmentReader): EnginePlaces => ({
  table: tablePlace(reader),
  objects: objectsPlace(reader),
  search: searchPlace(reader),
})

/** @throws ConfigurationError */
export const dispatchPlaces = (environment: Environment): DispatchPlaces =>
  read(environment, reader => ({
    table: tablePlace(reader),
    objects: objectsPlace(reader),
    refused: queuePlace(reader),
    changes: changesPlace(reader),
  }))

function read<Places>(environment: Environment, places: (reader: EnvironmentReader) => Places): Places {
  const reader = new EnvironmentReader(environment)
  const found = places(reader)
  reader.end()
  return Object.freeze(found)
}

const regionOf = (reader: EnvironmentReader): string =>
  reader.required(AWS_ENV.region, text => (/^[a-z]{2}(-[a-z]+)+-\d$/.test(text) ? text : undefined), 'an AWS region')

const tablePlace = (reader: EnvironmentReader): TablePlace => ({
  region: regionOf(reader),
  table: reader.required(AWS_ENV.table, anyText, 'the name of the DynamoDB table'),
})

const objectsPlace = (reader: EnvironmentReader): ObjectsPlace => ({
  region: regionOf(reader),
  bucket: reader.required(AWS_ENV.objectsBucket, anyText, 'the name of the bucket of large bodies'),
})

const searchPlace = (reader: EnvironmentReader): SearchPlace => ({
  region: regionOf(reader),
  endpoint: reader.required(AWS_ENV.searchEndpoint, parseEndpoint, 'the https URL of the OpenSearch domain'),
  prefix: reader.required(AWS_ENV.searchPrefix, parsePrefix, 'lower-case letters, digits and dashes'),
  tenancy: reader.optional(ENV.tenancy, 'single', parseTenancy, 'single or multi'),
})

const queuePlace = (reader: EnvironmentReader): QueuePlace => ({
  region: regionOf(reader),
  queueUrl: reader.required(AWS_ENV.refusedQueue, parseEndpoint, 'the https URL of the queue of refused changes'),
})

const changesPlace = (reader: EnvironmentReader): QueuePlace | undefined =>
  optionalQueue(reader, AWS_ENV.changesQueue, 'the https URL of the queue of changes')

/** For who works on jobs. @throws ConfigurationError */
export const jobsPlace = (environment: Environment): QueuePlace =>
  read(environment, reader => ({
    region: regionOf(reader),
    queueUrl: reader.required(AWS_ENV.jobsQueue, parseEndpoint, JOBS_QUEUE),
  }))

const JOBS_QUEUE = 'the https URL of the queue of jobs'

function optionalQueue(reader: EnvironmentReader, name: string, expected: string): QueuePlace | undefined {
  const queueUrl = reader.optional(name, undefined, parseEndpoint, expected)
  return queueUrl === undefined ? undefined : { region: regionOf(reader), queueUrl }
}

export interface PublishPlaces {
  readonly region: string
  /** Of the AppSync API. */
  readonly endpoint: string
}

/** @throws ConfigurationError */
export const publishPlaces = (environment: Environment): PublishPlaces =>
  read(environment, reader => ({
    region: regionOf(reader),
    endpoint: reader.required(AWS_ENV.graphqlEndpoint, parseEndpoint, 'the https URL of the GraphQL API'),
  }))

/** Of the function itself: Lambda gives them by its environment, new ones with each process. */
export function credentialsOf(environment: Environment) {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = environment
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
  }
}

/** What functions of every kind do alike. */
export interface FunctionSettings {
  readonly stage: string
  readonly isTraced: boolean
}

/** @throws ConfigurationError */
export const functionSettings = (environment: Environment): FunctionSettings =>
  read(environment, reader => ({
    stage: reader.optional(AWS_ENV.stage, 'none', anyText, 'the name of the stage'),
    isTraced: reader.optional(AWS_ENV.tracing, false, parseFlag, 'true or false'),
  }))

/** What can be guessed seals nothing. */
const KEY_LENGTH_MIN = 32

const parseKey = (text: string): string | undefined => (text.length >= KEY_LENGTH_MIN ? text : undefined)

/** Patients' data leaves this machine encrypted or not at all. */
function parseEndpoint(text: string): string | undefined {
  const url = URL.parse(text)
  const isLoopback = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost'
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLoopback)) return undefined
  return text.replace(/\/+$/, '')
}

const parsePrefix = (text: string): string | undefined => (/^[a-z][a-z0-9-]*$/.test(text) ? text : undefined)
