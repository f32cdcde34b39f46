/**
 * A process to be killed: writes commits of three resources and a claim, several at once, and says the number of each
 * on its standard output once it is acknowledged. Arguments: folder, first number.
 */
import { writeSync } from 'node:fs'
import { openEmbedded } from '#adapters/embedded/index.ts'
import { changeOf, documentOf, soon } from '#test/contract/changes.ts'
import { TEST_TENANT } from './test-call.ts'

const WRITERS = 8

/**
 * What commit `number` writes: two resources of its own, and the next version of one that all commits of a writer
 * share.
 */
function commitOf(number: number, sharedId: string, sharedVersion: number) {
  const values = { identifier: [{ kind: 'token', system: 'commit', code: String(number) }] } as const
  const change = (type: string, id: string, versionId: number) =>
    changeOf(type, id, versionId, {
      body: `{"commit":${number}}`,
      document: documentOf(type, id, values, { versionId }),
    })
  return {
    changes: [
      change('Patient', `c${number}`, 1),
      change('Device', `c${number}`, 1),
      change('Practitioner', sharedId, sharedVersion),
    ],
    claims: [{ claim: `claim-${number}`, resource: { type: 'Patient', id: `c${number}` } }],
    deadline: soon(),
  }
}

async function write(folder: string, first: number): Promise<void> {
  const { store } = await openEmbedded({ role: 'primary', folder })
  let next = first
  const writer = async (sharedId: string) => {
    for (let version = 1; ; version++) {
      const number = next++
      const result = await store.commit(TEST_TENANT, commitOf(number, sharedId, version))
      if (!result.committed) throw new Error(JSON.stringify(result))
      writeSync(1, `${number}\n`)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, index) => writer(`from-${first}-${index}`)))
}

const [, , folder, first] = process.argv
if (folder && first) await write(folder, Number(first))
