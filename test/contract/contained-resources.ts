/** What every SearchIndex does with what resources contain, and with how long their texts are. */
import { expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import type { Change } from '#service/ports/resource-store.ts'
import type { SearchPage } from '#service/ports/search-index.ts'
import type { ResourceContent } from '#service/resource/content.ts'
import type { Node, ScopedQuery, SortKey } from '#service/search/ast.ts'
import { inContained } from '#service/search/contained.ts'
import { extract } from '#service/search/extract.ts'
import { scoreKey } from '#service/search/score.ts'
import { DEFINITIONS, searchParameter } from '#test/support/search-parameter.ts'
import { changeOf, deletionOf, FIRST_WRITE, freshTenant, soon } from './changes.ts'
import type { contractTest } from './contract.ts'
import type { IndexUnderTest } from './search-index.suite.ts'

const EVERYTHING: Node = { kind: 'everything' }

const status = (code: string): Node => ({
  kind: 'token',
  parameter: searchParameter('Medication', 'status'),
  system: undefined,
  code,
})

const medication = (id: string, its: string) => ({ resourceType: 'Medication', id, status: its })

/** As the service makes it. @param containedMax of this version and those before. */
function changeWith(content: ResourceContent, versionId: number, containedMax: number): Change {
  const id = String(content.id)
  const lastUpdated = FIRST_WRITE + versionId
  const document = extract(DEFINITIONS, content, { versionId, lastUpdated, baseUrl: 'http://localhost/fhir' })
  return changeOf(content.resourceType, id, versionId, { document: Object.assign(document, { containedMax }) })
}

/** With a reference to the first of what it contains. */
function request(id: string, versionId: number, contained: readonly { readonly id: string }[], containedMax: number) {
  const [first] = contained
  const content = {
    ...{ resourceType: 'MedicationRequest', id },
    ...(first && { contained: [...contained], medicationReference: { reference: `#${first.id}` } }),
  }
  return changeWith(content as ResourceContent, versionId, containedMax)
}

interface Wanted {
  readonly query: { readonly type: string; readonly where: Node }
  readonly sort?: readonly SortKey[]
}

export function containedResources(
  holds: ReturnType<typeof contractTest>['holds'],
  opened: () => IndexUnderTest,
): void {
  async function write(tenant: Tenant, changes: readonly Change[]): Promise<void> {
    const { store, settle } = opened()
    for (const change of changes)
      expect(await store.commit(tenant, { changes: [change], deadline: soon() })).toEqual({ committed: true })
    await settle()
  }

  const search = (tenant: Tenant, { query, sort = [] }: Wanted): Promise<SearchPage> =>
    opened().index.search(tenant, {
      ...{ query: query as ScopedQuery, sort, count: 20, total: 'accurate' },
      deadline: soon(),
    })

  async function found(tenant: Tenant, wanted: Wanted): Promise<readonly unknown[]> {
    const { hits, total } = await search(tenant, wanted)
    expect(total).toBe(hits.length)
    const addresses = hits.map(({ type, id, versionId }) => `${type} ${id} ${versionId}`)
    return wanted.sort ? addresses : addresses.toSorted()
  }

  const of = (type: string, where: Node = EVERYTHING) => ({ query: { type, where } })
  const contained = (where: Node = EVERYTHING) => ({ query: inContained({ type: 'Medication', where }) })
  const chained = (where: Node) =>
    of('MedicationRequest', {
      kind: 'chain',
      parameter: searchParameter('MedicationRequest', 'medication'),
      query: { type: 'Medication', where },
    })

  holds('finds what is contained under a type of its own, and by chains', async () => {
    const tenant = freshTenant()
    await write(tenant, [
      request('1', 1, [medication('a', 'active'), medication('b', 'inactive')], 2),
      request('2', 1, [medication('a', 'inactive')], 1),
      changeWith(medication('a', 'active'), 1, 0),
      request('3', 1, [], 0),
    ])
    expect(await found(tenant, of('Medication'))).toEqual(['Medication a 1'])
    expect(await found(tenant, contained())).toEqual(
      ['1#a', '1#b', '2#a'].map(id => `#Medication MedicationRequest/${id} 1`),
    )
    expect(await found(tenant, contained(status('active')))).toEqual(['#Medication MedicationRequest/1#a 1'])
    expect(await found(tenant, contained({ kind: 'id', ids: ['b', 'c'] }))).toEqual([
      '#Medication MedicationRequest/1#b 1',
    ])
    expect(await found(tenant, chained(status('active')))).toEqual(['MedicationRequest 1 1'])
    expect(await found(tenant, chained(status('inactive')))).toEqual(['MedicationRequest 2 1'])
    expect(await found(tenant, chained({ kind: 'not', node: status('active') }))).toEqual(['MedicationRequest 2 1'])
    expect(await found(freshTenant(), contained())).toEqual([])
  })

  holds('has of what was contained what the newest version contains', async () => {
    const tenant = freshTenant()
    await write(tenant, [
      request('1', 1, [medication('a', 'active'), medication('b', 'active')], 2),
      request('1', 2, [medication('b', 'inactive')], 2),
      request('2', 1, [medication('a', 'active')], 1),
    ])
    expect(await found(tenant, contained())).toEqual([
      '#Medication MedicationRequest/1#b 2',
      '#Medication MedicationRequest/2#a 1',
    ])
    expect(await found(tenant, contained(status('active')))).toEqual(['#Medication MedicationRequest/2#a 1'])
    expect(await found(tenant, chained(status('inactive')))).toEqual(['MedicationRequest 1 2'])
    await write(tenant, [request('1', 3, [], 2), deletionOf('MedicationRequest', '2', 2, { containedMax: 1 })])
    expect(await found(tenant, contained())).toEqual([])
    expect(await found(tenant, chained(status('inactive')))).toEqual([])
    await write(tenant, [request('2', 3, [medication('a', 'inactive')], 1)])
    expect(await found(tenant, contained())).toEqual(['#Medication MedicationRequest/2#a 3'])
  })

  holds('sorts by the length of what words are sought in', async () => {
    const tenant = freshTenant()
    const narrated = (id: string, text: string, city = '') =>
      changeWith({ resourceType: 'Patient', id, text: { div: `<div>${text}</div>` }, address: [{ city }] }, 1, 0)
    await write(tenant, [
      narrated('middle', 'bone of a leg'),
      narrated('short', 'bone', 'a city whose name is long'),
      narrated('long', 'bone of a leg and of another'),
    ])
    const where: Node = { kind: 'words', within: 'narrative', words: ['bone'] }
    const idsBy = async (within: 'narrative' | 'content', descending: boolean) => {
      const sort = [scoreKey('Patient', { within, soughtLength: 4 }, descending)]
      return (await search(tenant, { ...of('Patient', where), sort })).hits.map(({ id }) => id)
    }
    expect(await idsBy('narrative', true)).toEqual(['short', 'middle', 'long'])
    expect(await idsBy('narrative', false)).toEqual(['long', 'middle', 'short'])
    expect(await idsBy('content', true)).toEqual(['middle', 'long', 'short'])
  })
}
