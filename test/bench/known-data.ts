/** Looks at what a loaded gateway holds, so that requests ask for what is there. */
import type { KnownData, KnownPatient } from './tasks.ts'

interface Bundle {
  readonly link?: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly { readonly resource: KnownResource }[]
}

interface KnownResource {
  readonly id: string
  readonly identifier?: readonly { readonly system?: string; readonly value?: string }[]
  readonly code?: { readonly coding?: readonly { readonly system?: string; readonly code?: string }[] }
  readonly effectiveDateTime?: string
}

const OBSERVATIONS_MAX = 10_000

export async function knownData(baseUrl: string): Promise<KnownData> {
  const patients = await all(`${baseUrl}/Patient?_count=500&_elements=identifier`, OBSERVATIONS_MAX)
  const observations = await all(`${baseUrl}/Observation?_count=500&_elements=code,effective`, OBSERVATIONS_MAX)
  const days = new Set(observations.flatMap(each => each.effectiveDateTime?.slice(0, 10) ?? []))
  return {
    observations: observations.map(each => each.id),
    patients: patients.map(knownPatient),
    codes: observations.flatMap(({ code }) => {
      const [coding] = code?.coding ?? []
      return coding?.code ? [`${coding.system}|${coding.code}`] : []
    }),
    days: [...days],
  }
}

function knownPatient({ id, identifier }: KnownResource): KnownPatient {
  const [first] = identifier ?? []
  return { id, identifier: `${first?.system}|${first?.value}` }
}

async function all(url: string, max: number): Promise<readonly KnownResource[]> {
  const found: KnownResource[] = []
  for (let next: string | undefined = url; next && found.length < max; ) {
    const response = await fetch(next)
    if (!response.ok) throw new Error(`${next} was answered with ${response.status}: ${await response.text()}`)
    const bundle = (await response.json()) as Bundle
    found.push(...(bundle.entry ?? []).map(entry => entry.resource))
    next = bundle.link?.find(link => link.relation === 'next')?.url
  }
  return found
}
