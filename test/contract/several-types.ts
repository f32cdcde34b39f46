/** What every SearchIndex finds when it is asked of several types at once. */
import { expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import type { Change, ResourceStore } from '#service/ports/resource-store.ts'
import type { Node, ScopedQuery } from '#service/search/ast.ts'
import type { IndexValue } from '#service/search/document.ts'
import { searchParameter } from '#test/support/search-parameter.ts'
import { changeOf, deletionOf, documentOf, freshTenant, soon } from './changes.ts'
import type { Holds } from './contract.ts'
import type { IndexUnderTest } from './search-index.suite.ts'

const EVERYTHING: Node = { kind: 'everything' }

const link = (type: string, id: string): IndexValue => ({
  ...{ kind: 'reference', type, id },
  ...{ url: undefined, version: undefined },
})

async function write(store: ResourceStore, tenant: Tenant, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    expect(await store.commit(tenant, { changes: [change], deadline: soon() })).toEqual({ committed: true })
  }
}

export function severalTypes(holds: Holds, opened: () => IndexUnderTest): void {
  /** Whatever refers to one of these patients, in types of which one has none, or only tombstones. */
  const referring = (...patients: readonly string[]): ScopedQuery[] =>
    ['Condition', 'Encounter', 'Observation', 'Procedure'].map(type => {
      const parameters = ['patient', 'subject'].map(each => searchParameter(type, each))
      const nodes = patients.flatMap(id =>
        parameters.map(
          (parameter): Node => ({
            ...{ kind: 'reference', parameter, type: 'Patient', id },
            ...{ url: undefined, version: undefined },
          }),
        ),
      )
      const where: Node = { kind: 'or', nodes }
      return { type, where } as ScopedQuery
    })
  const about = (type: string, id: string, patientId: string, versionId = 1): Change =>
    changeOf(type, id, versionId, {
      document: documentOf(type, id, { subject: [link('Patient', patientId)] }, { versionId }),
    })
  const filled = async (...changes: readonly Change[]) => {
    const tenant = freshTenant()
    await write(opened().store, tenant, changes)
    await opened().settle()
    return tenant
  }
  const some = async (tenant: Tenant, queries: readonly ScopedQuery[], count = 10) => {
    const hits = await opened().index.findSome(tenant, { queries, count, deadline: soon() })
    return hits.map(({ type, id, versionId }) => `${type}/${id} ${versionId}`).sort()
  }

  holds('finds some resources of several types, in the newest versions alone', async () => {
    const { store } = opened()
    const tenant = await filled(
      about('Observation', '1', 'a'),
      about('Condition', '1', 'a'),
      about('Condition', '2', 'b'),
      about('Condition', '3', 'c'),
      about('Encounter', '1', 'a'),
      about('Encounter', '1', 'd', 2),
      about('Procedure', '1', 'a'),
      deletionOf('Procedure', '1', 2),
    )
    const other = await filled(about('Observation', '9', 'a'))
    expect(await some(tenant, referring('a'))).toEqual(['Condition/1 1', 'Observation/1 1'])
    expect(await some(tenant, referring('a', 'b', 'd'))).toEqual([
      'Condition/1 1',
      'Condition/2 1',
      'Encounter/1 2',
      'Observation/1 1',
    ])
    expect(await some(tenant, referring('nobody'))).toEqual([])
    expect(await some(tenant, [])).toEqual([])
    expect(await some(other, referring('a'))).toEqual(['Observation/9 1'])
    for (const count of [1, 2, 3]) expect(await some(tenant, referring('a', 'b', 'c'), count)).toHaveLength(count)
    // The query of a type is of this type alone, whatever it asks.
    const [conditions] = referring('c')
    if (conditions) expect(await some(tenant, [conditions, ...referring('nobody').slice(1)])).toEqual(['Condition/3 1'])
    const everyOne = (type: string) => ({ type, where: EVERYTHING }) as ScopedQuery
    expect(await some(tenant, [everyOne('Encounter'), everyOne('Procedure')])).toEqual(['Encounter/1 2'])
    // At once, whenever the index would see it by itself.
    await write(store, tenant, [about('Observation', '2', 'a')])
    expect(await some(tenant, referring('a'))).toEqual(['Condition/1 1', 'Observation/1 1', 'Observation/2 1'])
  })
}
