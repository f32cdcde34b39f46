import { describe, expectTypeOf, it } from 'vitest'
import type { Bundle, Decimal, Element, Observation, Patient, Resource, ResourceType } from '#schema/generated/types.ts'

// What is checked here is checked by the compiler; the tests only give it names.
describe('generated types', () => {
  it('tell resources apart by their type', () => {
    expectTypeOf<Extract<Resource, { resourceType: 'Patient' }>>().toEqualTypeOf<Patient>()
    expectTypeOf<'Patient'>().toExtend<ResourceType>()
    expectTypeOf<'SubscriptionStatus'>().not.toExtend<ResourceType>()
    expectTypeOf<NonNullable<Bundle['entry']>[number]['resource']>().toEqualTypeOf<Resource | undefined>()
  })

  it('require what R4 requires, primitives excepted', () => {
    expectTypeOf<{ resourceType: 'Observation'; code: { text: string } }>().toExtend<Observation>()
    expectTypeOf<{ resourceType: 'Observation' }>().not.toExtend<Observation>()
  })

  it('have exact decimals, primitive extensions and gaps in lists of primitives', () => {
    expectTypeOf<Decimal>().toEqualTypeOf<number | { readonly rawJSON: string }>()
    expectTypeOf<NonNullable<Observation['valueQuantity']>['value']>().toEqualTypeOf<Decimal | undefined>()
    expectTypeOf<Patient['_birthDate']>().toEqualTypeOf<Element | undefined>()
    type Given = NonNullable<Patient['name']>[number]['given']
    expectTypeOf<Given>().toEqualTypeOf<readonly (string | null)[] | undefined>()
  })
})
