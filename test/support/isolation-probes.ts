/** Resources to hide, resources beside them, and requests by which hidden ones could show. */

const SECRET = { meta: { security: [{ system: 'urn:labels', code: 'secret' }] } }
const observation = (id: string, subject: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: id },
  subject: { reference: `Patient/${subject}` },
  ...more,
})

/** In the compartment of Patient/open and without a label; the performer is nobody's that a guest knows. */
export const VISIBLE: readonly { readonly resourceType: string; readonly id: string }[] = [
  { resourceType: 'Patient', id: 'open', ...{ gender: 'other', name: [{ family: 'Open' }] } },
  observation('open', 'open', {
    performer: [{ reference: 'Patient/hidden' }, { reference: '#inside' }],
    contained: [{ resourceType: 'Practitioner', id: 'inside', gender: 'other' }],
  }),
  observation('plain', 'open'),
]

/** With a label, and out of the compartment. Observation/hidden points at Patient/open without being of it. */
export const HIDDEN: typeof VISIBLE = [
  {
    resourceType: 'Patient',
    id: 'hidden',
    ...{ ...SECRET, gender: 'other', name: [{ family: 'Hidden' }], identifier: [{ system: 'urn:s', value: 'x' }] },
  },
  observation('hidden', 'hidden', {
    ...SECRET,
    focus: [{ reference: 'Patient/open' }],
    performer: [{ reference: '#inside' }],
    contained: [{ resourceType: 'Practitioner', id: 'inside', gender: 'other', name: [{ family: 'Hidden' }] }],
    identifier: [{ system: 'urn:s', value: 'x' }],
  }),
  { resourceType: 'Patient', id: 'gone', ...{ ...SECRET, gender: 'other' } },
  {
    resourceType: 'List',
    id: 'hidden',
    ...{ ...SECRET, status: 'current', mode: 'working', entry: [{ item: { reference: 'Patient/open' } }] },
  },
  {
    resourceType: 'ValueSet',
    id: 'hidden',
    ...{ ...SECRET, status: 'active', url: 'urn:vs', compose: { include: [{ system: 'urn:codes' }] } },
  },
]

const entries = (...requests: readonly (readonly [method: string, url: string, resource?: object])[]) =>
  requests.map(([method, url, resource]) => ({ request: { method, url }, ...(resource && { resource }) }))

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

export interface Probe {
  readonly line: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object | string
}

const get = (line: string): Probe => ({ line: `GET ${line}` })
const graphql = (query: string, focus = ''): Probe => get(`${focus}/$graphql?query=${encodeURIComponent(query)}`)
const bundle = (type: string, entry: readonly object[]): Probe => ({
  line: 'POST /',
  body: { resourceType: 'Bundle', type, entry },
})

/** GraphQL documents whose answers tell whether hidden resources are there. */
export const QUERIES = {
  read: '{ Patient(id: "hidden") { id gender } }',
  list: '{ PatientList(gender: "other") { id } }',
  connection: '{ PatientConnection(_count: 1) { count edges { resource { id } } } }',
  nested:
    '{ ObservationList(_id: "open") { performer { resource(optional: true) { ... on Patient { id gender } } } } }',
  reverse: '{ Patient(id: "open") { ObservationList(_reference: "focus") { id } } }',
  reverseConnection: '{ Patient(id: "open") { ObservationConnection(_reference: "focus") { count } } }',
  fhirpath: '{ PatientList(fhirpath: "gender = \'other\'") { id } }',
  filter: '{ PatientList(_filter: "gender eq other") { id } }',
}

/** By POST. A write to an id that is taken can't but tell so; one by a search finds nothing that is hidden. */
export const MUTATIONS = {
  conditionalPatch: 'mutation { PatientPatch(criteria: "gender=other", patch: "{\\"active\\":true}") { id } }',
  conditionalDelete: 'mutation { PatientDelete(criteria: "gender=other", ifMatch: "99") { issue { code } } }',
}

/**
 * REST requests whose answers tell whether hidden resources are there. Each of the few that write leaves two worlds as
 * alike as they were.
 */
export const PROBES: Readonly<Record<string, Probe>> = {
  read: get('/Patient/hidden'),
  'read of the deleted': get('/Patient/gone'),
  vread: get('/Patient/hidden/_history/1'),
  'history of an instance': get('/Patient/hidden/_history'),
  'history of the deleted': get('/Patient/gone/_history'),
  'history of a type': get('/Patient/_history'),
  'history of the system': get('/_history?_count=2'),
  'history of a type, all on a page': get('/Patient/_history?_count=1'),
  'history of the system, all on a page': get('/_history?_count=3'),
  'history at a time': get('/Patient/_history?_at=2024'),
  search: get('/Patient?gender=other'),
  'search by id': get('/Patient?_id=hidden,gone'),
  'search by POST': { line: 'POST /Patient/_search', headers: FORM, body: 'identifier=urn:s|x' },
  'search by label': get('/Patient?_security=urn:labels|secret'),
  'first page': get('/Patient?_sort=-_id&_count=1'),
  sort: get('/Patient?_sort=family,-_lastUpdated'),
  'sort downwards': get('/Patient?_sort=-family'),
  total: get('/Patient?_total=accurate&_count=1'),
  count: get('/Patient?_summary=count'),
  chain: get('/Observation?performer:Patient.family=Hidden'),
  'chain below a negation': get('/Observation?performer:Patient.gender:not=male'),
  'chain to what is missing': get('/Observation?performer:Patient.birthdate:missing=true'),
  'reverse chain': get('/Patient?_has:Observation:focus:status=final'),
  'chain of a reverse chain': get('/Patient?_has:Observation:focus:subject:Patient.family=Hidden'),
  'filter of a chain': get('/Observation?_filter=performer.family eq Hidden'),
  words: get('/Patient?_content=Hidden'),
  'a list': get('/Patient?_list=hidden'),
  'several types': get('/?_type=Patient,Observation,List&_sort=-_lastUpdated&_count=2'),
  'all types': get('/?_summary=count'),
  'what is contained': get('/Practitioner?gender=other&_contained=true&_containedType=contained'),
  'containers, counted': get('/Practitioner?gender=other&_contained=both&_total=accurate&_count=1'),
  'what is contained, counted': get('/Practitioner?_contained=both&_summary=count'),
  'what is contained, of all types': get('/?_contained=true&_total=accurate&_lastUpdated=gt2000'),
  'what is contained, by its label': get('/Practitioner?_contained=true&_security=urn:labels|secret'),
  'what is contained, by who refers to it': get(
    '/Practitioner?_contained=true&_has:Observation:performer:status=final&_containedType=contained',
  ),
  'a chain into what is contained': get('/Observation?performer:Practitioner.gender=other&_total=accurate'),
  'a compartment': get('/Patient/hidden/Observation'),
  'all of a compartment': get('/Patient/hidden/*?_total=accurate'),
  'a value set': get('/Observation?code:in=urn:vs'),
  'a value set by its id': get('/Observation?code:in=ValueSet/hidden'),
  'sorted by what is referred to': get('/Observation?_sort=-performer:Patient.family,_id'),
  $everything: get('/Patient/open/$everything'),
  '$everything of all': get('/Patient/$everything'),
  '$everything of all, page by page': get('/Patient/$everything?_count=1'),
  '$everything of the hidden': get('/Patient/hidden/$everything'),
  '$everything of the deleted': get('/Patient/gone/$everything'),
  $lastn: get('/Observation/$lastn?subject=Patient/hidden'),
  '$lastn of all': get('/Observation/$lastn?subject:Patient.gender=other&max=5'),
  $meta: get('/Patient/hidden/$meta'),
  '$meta of a version': get('/Patient/hidden/_history/1/$meta'),
  '$meta of a type': get('/Patient/$meta'),
  '$meta of the system': get('/$meta'),
  '$validate of what is stored': get('/Patient/hidden/$validate'),
  '$validate of a deletion': get('/Patient/hidden/$validate?mode=delete'),
  'conditional update': {
    line: 'PUT /Patient?identifier=urn:s|x',
    headers: { 'if-match': 'W/"99"' },
    body: { resourceType: 'Patient' },
  },
  'conditional patch': {
    line: 'PATCH /Patient?identifier=urn:s|x',
    headers: { 'content-type': 'application/merge-patch+json', 'if-match': 'W/"99"' },
    body: '{"active":true}',
  },
  'conditional delete': { line: 'DELETE /Patient?gender=other', headers: { 'if-match': 'W/"99"' } },
  'conditional delete in a transaction': bundle('transaction', [
    { request: { method: 'DELETE', url: 'Patient?gender=other', ifMatch: 'W/"99"' } },
  ]),
  'batch of operations': bundle(
    'batch',
    entries(['GET', 'Patient/hidden/$everything'], ['GET', 'Patient/$meta'], ['GET', 'Patient/hidden/Observation']),
  ),
  include: get('/Observation?_id=open&_include=Observation:performer'),
  'include of all': get('/Observation?_id=open&_include=*'),
  'reverse include': get('/Patient?_id=open&_revinclude=Observation:focus'),
  'reverse include, further': get('/Patient?_id=open&_revinclude=Observation:*&_include:iterate=Observation:subject'),
  'batch of reads': bundle(
    'batch',
    entries(['GET', 'Patient/hidden'], ['GET', 'Patient'], ['GET', 'Patient/_history']),
  ),
  'transaction of reads': bundle('transaction', entries(['GET', 'Patient/hidden'], ['GET', 'Patient?gender=other'])),
  'conditional reference': bundle(
    'transaction',
    entries([
      'PUT',
      'Observation/new',
      observation('new', 'open', { performer: [{ reference: 'Patient?identifier=x' }] }),
    ]),
  ),
  'conditional create': {
    line: 'POST /Observation',
    headers: { 'if-none-exist': 'identifier=urn:s|x' },
    body: observation('ignored', 'open'),
  },
  'conditional create in a transaction': bundle('transaction', [
    {
      resource: observation('ignored', 'open'),
      request: { method: 'POST', url: 'Observation', ifNoneExist: 'identifier=x' },
    },
  ]),
  ...Object.fromEntries(Object.entries(QUERIES).map(([name, query]) => [`$graphql: ${name}`, graphql(query)])),
  '$graphql: instance': graphql('{ id gender }', '/Patient/hidden'),
  '$graphql: reverse list of an instance': graphql('{ ObservationList(_reference: "focus") { id } }', '/Patient/open'),
}

/** Cursors are where an engine is in its own rows, sealed, and new ids count the creates: they are no answer. */
export const comparable = (text: string): string => text.replaceAll(/(_cursor=)[^"&]*|\bid-\d+/g, '$1...')
