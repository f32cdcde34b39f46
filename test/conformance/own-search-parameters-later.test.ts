/** SearchParameters that a tenant stores, over DynamoDB and an index that is written later. R4 searchparameter.html */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { INDEX_BASE, type LaterWorld, openLaterWorld } from '#test/support/later-world.ts'
import { eyesParameter as own, patientWithEyes as patient } from '#test/support/own-parameters.ts'

const NO_CACHE = { headers: { 'cache-control': 'no-cache' } }

const put = async (world: LaterWorld, resource: { readonly resourceType: string; readonly id: string }) => {
  const { status } = await world.send(`PUT /${resource.resourceType}/${resource.id}`, { body: resource })
  expect([200, 201]).toContain(status)
}

interface Entry {
  readonly resource: { readonly id: string }
  readonly search: { readonly mode: string }
}

async function found(world: LaterWorld, query: string, parts: object = {}): Promise<readonly string[]> {
  const { status, body } = await world.send(`GET /${query}`, parts)
  expect(status, JSON.stringify(body)).toBe(200)
  const { entry = [] } = body as { readonly entry?: readonly Entry[] }
  return entry.map(({ resource, search }) => (search.mode === 'outcome' ? '!' : resource.id)).sort()
}

interface StatusAnswer {
  readonly parameter: readonly { readonly valueCode?: string }[]
}

async function statusOf(world: LaterWorld, id = 'eyes'): Promise<string | undefined> {
  const { body } = await world.send(`GET /SearchParameter/${id}/$reindex-status`)
  return (body as StatusAnswer).parameter?.[0]?.valueCode
}

describe('a SearchParameter over stores that index later', () => {
  test('finds what is written from then on, and the rest once it is indexed', async () => {
    const world = openLaterWorld()
    await put(world, patient('old', 'green'))
    await world.work()
    await put(world, own())
    await put(world, patient('new', 'green'))
    await put(world, patient('other', 'blue'))
    await world.work()
    expect(await found(world, 'Patient?eyes=green')).toEqual(['!', 'new'])
    expect(await statusOf(world)).toBe('waiting')
    await world.runJobs()
    expect(await statusOf(world)).toBe('indexed')
    expect(await found(world, 'Patient?eyes=green')).toEqual(['new', 'old'])
    expect(await found(world, 'Patient?_filter=eyes eq green')).toEqual(['new', 'old'])
    expect(await found(world, 'Patient?_sort=eyes')).toEqual(['new', 'old', 'other'])
  })

  test('is seen by a search that must see every write before any worker has been there', async () => {
    const world = openLaterWorld()
    await put(world, own())
    await world.runJobs()
    await put(world, patient('a', 'green'))
    expect(await found(world, 'Patient?eyes=green')).toEqual([])
    expect(await found(world, 'Patient?eyes=green', NO_CACHE)).toEqual(['a'])
  })

  test('decides no condition until everything is indexed', async () => {
    const world = openLaterWorld()
    await put(world, patient('old', 'green'))
    await put(world, own())
    const conditional = { body: patient('x', 'green'), headers: { 'if-none-exist': 'eyes=green' } }
    expect(await world.send('POST /Patient', conditional)).toMatchObject({
      status: 503,
      body: { issue: [{ code: 'transient', expression: ['eyes'] }] },
    })
    await world.runJobs()
    expect(await world.send('POST /Patient', conditional)).toMatchObject({
      status: 200,
      headers: { Location: expect.stringContaining('Patient/old') },
    })
  })

  test('follows its expression when that is changed, and is unknown once it is retired or deleted', async () => {
    const world = openLaterWorld()
    await put(world, patient('a', 'green'))
    await put(world, { ...patient('b', 'blue'), gender: 'female' } as never)
    await put(world, own())
    await world.work()
    await world.runJobs()
    expect(await found(world, 'Patient?eyes=green')).toEqual(['a'])
    await put(world, own({ expression: 'Patient.gender' }))
    expect(await found(world, 'Patient?eyes=green')).toEqual(['!'])
    await world.runJobs()
    expect(await found(world, 'Patient?eyes=female')).toEqual(['b'])
    await put(world, own({ status: 'retired' }))
    expect(await world.send('GET /Patient?eyes=female')).toMatchObject({ status: 400 })
    expect(await statusOf(world)).toBe('no-effect')
    await put(world, own())
    expect(await found(world, 'Patient?eyes=green')).toEqual(['!'])
    await world.runJobs()
    expect(await found(world, 'Patient?eyes=green')).toEqual(['a'])
    await world.send('DELETE /SearchParameter/eyes')
    expect(await world.send('GET /Patient?eyes=green')).toMatchObject({ status: 400 })
  })

  test('that is bad is refused, also where it clashes with one that another process has put in force', async () => {
    const world = openLaterWorld()
    await put(world, own())
    const body = own({ id: 'second' })
    const clash = { status: 422, body: { issue: [{ code: 'duplicate', expression: ['SearchParameter.code'] }] } }
    expect(await world.send('PUT /SearchParameter/second', { body })).toMatchObject(clash)
    const bad = own({ expression: 'Patient.name.count()' })
    expect(await world.send('PUT /SearchParameter/eyes', { body: bad })).toMatchObject({ status: 422 })
  })

  test('in a staged transaction is in force for what comes with it', async () => {
    const world = openLaterWorld()
    const entry = [own(), ...Array.from({ length: 30 }, (_, index) => patient(`p${index}`, 'green'))].map(resource => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }))
    const body = { resourceType: 'Bundle', type: 'transaction', entry }
    expect(await world.send('POST /', { body })).toMatchObject({ status: 200 })
    await world.work()
    expect(await found(world, 'Patient?eyes=green&_count=50')).toHaveLength(31)
    await world.runJobs()
    expect(await found(world, 'Patient?eyes=green&_count=50')).toHaveLength(30)
  })

  test('is not undone by a worker that still has the parameters of before', async () => {
    const world = openLaterWorld()
    await put(world, patient('a', 'green'))
    const late = await world.lateWorker()
    await put(world, own())
    await world.runJobs()
    expect(await found(world, 'Patient?eyes=green')).toEqual(['a'])
    await late()
    expect(await found(world, 'Patient?eyes=green')).toEqual(['a'])
  })

  test('finds what a local reference points to by the address that workers know, not by that of a request', async () => {
    const world = openLaterWorld()
    const lab = 'http://example.org/lab'
    const extension = [{ url: lab, valueReference: { reference: `${INDEX_BASE}/Organization/o` } }]
    await put(world, patient('before', '', { extension }))
    await world.work()
    const expression = `Patient.extension('${lab}').value.ofType(Reference)`
    await put(world, own({ type: 'reference', target: ['Organization'], expression }))
    await world.runJobs()
    await put(world, patient('after', '', { extension }))
    await world.work()
    expect(await found(world, 'Patient?eyes=Organization/o')).toEqual(['after', 'before'])
  })

  test('is begun to be indexed anew by those who need it, where the message was lost', async () => {
    const world = openLaterWorld()
    await put(world, patient('a', 'green'))
    await put(world, own())
    // Nobody does what was told.
    expect(world.forgetJobs()).toBe(1)
    expect(await found(world, 'Patient?eyes=green')).toEqual(['!'])
    expect(world.forgetJobs()).toBe(0)
    world.clock.advance(60_000)
    expect(await statusOf(world)).toBe('waiting')
    await world.runJobs()
    expect(await found(world, 'Patient?eyes=green')).toEqual(['a'])
  })
})

test('without own parameters no request of reads, writes and plain searches is added', async () => {
  const world = openLaterWorld()
  const counted = async (line: string, parts: object = {}) => {
    const before = { ...world.table.requests }
    await world.send(line, parts)
    const after = world.table.requests
    return Object.fromEntries(
      Object.entries(after).flatMap(([kind, count]) => {
        const more = count - before[kind as keyof typeof before]
        return more === 0 ? [] : [[kind, more]]
      }),
    )
  }
  await put(world, patient('a', 'green'))
  await world.work()
  const name = { body: patient('a', 'blue') }
  expect({
    create: await counted('POST /Patient', { body: patient('', 'green', { id: undefined }) }),
    read: await counted('GET /Patient/a'),
    update: await counted('PUT /Patient/a', name),
    search: await counted('GET /Patient?gender=male&birthdate=gt2000&_sort=-birthdate&_include=Patient:organization'),
    own: await counted('GET /Patient?eyes=green'),
    filter: await counted('GET /Patient?_filter=gender eq male'),
  }).toEqual({
    create: { write: 2 },
    read: { query: 1 },
    update: { query: 1, write: 2 },
    search: {},
    own: { get: 1 },
    filter: { get: 1 },
  })
})

const containing = (inside: { readonly resourceType: string; readonly id: string }) => ({
  ...{ resourceType: 'Basic', id: inside.id, code: { text: 'x' }, subject: { reference: `#${inside.id}` } },
  contained: [inside],
})

/** What clients do, and how far workers get meanwhile. */
type Step =
  | { readonly kind: 'write' | 'contain'; readonly id: number; readonly colour: string }
  | { readonly kind: 'delete'; readonly id: number }
  | { readonly kind: 'define'; readonly by: keyof typeof EXPRESSIONS }
  | { readonly kind: 'retire' }
  | { readonly kind: 'work' }
  | { readonly kind: 'job' }
  | { readonly kind: 'advance'; readonly steps: number }

const EXPRESSIONS = { eyes: own().expression, gender: 'Patient.gender' } as const
const COLOURS = ['male', 'female'] as const

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('write', 'write', 'contain'),
      id: fc.nat(3),
      colour: fc.constantFrom(...COLOURS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), id: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('define'), by: fc.constantFrom('eyes', 'gender') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retire') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('work') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('job') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('advance'), steps: fc.integer({ min: 1, max: 4 }) }) },
) as fc.Arbitrary<Step>

test('whatever overtakes whatever, once it says indexed a search that must see every write finds all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 25 }), async (scheduler, steps) => {
      const world = openLaterWorld({
        definitions: current => scheduler.scheduleFunction(current),
        write: write => scheduler.scheduleFunction(write),
      })
      const under: Promise<void>[] = []
      const colours = new Map<number, string>()
      const contained = new Map<number, string>()
      let defined: keyof typeof EXPRESSIONS | undefined
      const check = async () => {
        if (!defined || (await statusOf(world)) !== 'indexed') return false
        for (const colour of COLOURS) {
          // The extension says one colour, the gender the other.
          const expected = (some: ReadonlyMap<number, string>) =>
            [...some].flatMap(([id, its]) => ((defined === 'eyes') === (its === colour) ? `p${id}` : [])).sort()
          expect(await found(world, `Patient?eyes=${colour}`, NO_CACHE)).toEqual(expected(colours))
          const inside = await found(world, `Patient?eyes=${colour}&_contained=true`, NO_CACHE)
          expect(inside).toEqual(expected(contained))
        }
        return true
      }
      for (const each of steps) {
        if (each.kind === 'write' || each.kind === 'contain') {
          const gender = each.colour === 'male' ? 'female' : 'male'
          const written = patient(`p${each.id}`, each.colour, { gender })
          await put(world, each.kind === 'write' ? written : containing(written))
          const its = each.kind === 'write' ? colours : contained
          its.set(each.id, each.colour)
        } else if (each.kind === 'delete') {
          await world.send(`DELETE /Patient/p${each.id}`)
          colours.delete(each.id)
        } else if (each.kind === 'define') {
          await put(world, own({ expression: EXPRESSIONS[each.by] }))
          defined = each.by
        } else if (each.kind === 'retire') {
          await put(world, own({ status: 'retired' }))
          defined = undefined
        } else if (each.kind === 'work') under.push(world.work())
        else if (each.kind === 'job') under.push(world.runJobs())
        else if (each.kind === 'advance')
          for (let count = 0; count < each.steps && scheduler.count() > 0; count++) await scheduler.waitOne()
        await check()
      }
      // Workers come to their end.
      for (let rounds = 0; !world.isIdle() || scheduler.count() > 0; rounds++) {
        expect(rounds).toBeLessThan(100)
        under.push(world.work(), world.runJobs())
        await scheduler.waitFor(Promise.all(under))
        world.clock.advance(61_000)
        await check()
      }
      expect(await check()).toBe(defined !== undefined)
    }),
    { numRuns: Number(process.env.RUNS ?? 150) },
  )
})
