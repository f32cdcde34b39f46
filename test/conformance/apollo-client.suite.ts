/**
 * A GraphQL client of the kind users have, against the started gateway over HTTP. What was written can be searched for
 * at once.
 */
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HttpWorld } from '#test/support/http-world.ts'

const CREATE_PATIENT = gql`
  mutation CreatePatient($res: PatientInput!) {
    PatientCreate(res: $res) {
      id
      name {
        family
        given
      }
    }
  }
`

const CREATE_OBSERVATION = gql`
  mutation CreateObservation($res: ObservationInput!) {
    ObservationCreate(res: $res) {
      id
      subject {
        resource {
          ...Name
        }
      }
    }
  }
  fragment Name on Patient {
    id
    name {
      family
    }
  }
`

interface Created {
  readonly PatientCreate: { readonly id: string }
}

export function apolloClientSuite(openWorld: () => Promise<HttpWorld>): void {
  let world: HttpWorld
  let client: ApolloClient

  beforeAll(async () => {
    world = await openWorld()
    client = new ApolloClient({
      link: new HttpLink({ uri: world.graphqlUrl }),
      cache: new InMemoryCache({ possibleTypes: { Resource: ['Patient', 'Observation', 'Practitioner'] } }),
    })
  })

  afterAll(async () => {
    client.stop()
    await world.close()
  })

  async function createPatient(family: string): Promise<string> {
    const res = { name: [{ family, given: ['Test'] }], gender: 'female' }
    const { data } = await client.mutate<Created>({ mutation: CREATE_PATIENT, variables: { res } })
    return data?.PatientCreate.id ?? ''
  }

  describe('Apollo Client', () => {
    it('writes and reads', async () => {
      const id = await createPatient('Apollo')
      const query = gql`
        query Patient($id: ID!) {
          Patient(id: $id) {
            id
            gender
            name {
              family
              given
            }
          }
        }
      `
      const { data } = await client.query({ query, variables: { id }, fetchPolicy: 'network-only' })
      expect(data).toEqual({
        Patient: {
          __typename: 'Patient',
          id,
          gender: 'female',
          name: [{ __typename: 'HumanName', family: 'Apollo', given: ['Test'] }],
        },
      })
    })

    it('lists with nested references, with fragments and by aliases', async () => {
      const id = await createPatient('Nested')
      const observation = {
        status: 'final',
        code: { text: 'Weight' },
        subject: { reference: `Patient/${id}` },
        valueQuantity: { value: 70.5, unit: 'kg' },
      }
      const created = await client.mutate({ mutation: CREATE_OBSERVATION, variables: { res: observation } })
      const subject = { __typename: 'Patient', id, name: [{ __typename: 'HumanName', family: 'Nested' }] }
      expect(created.data).toMatchObject({ ObservationCreate: { subject: { resource: subject } } })
      const query = gql`
        query Observations($patient: [String], $count: Int = 10) {
          list: ObservationList(patient: $patient, _count: $count) {
            quantity: valueQuantity {
              value
              unit
            }
            subject {
              patient: resource {
                ...Name
                ... on Patient {
                  all: ObservationList(_reference: "patient", _count: $count) {
                    status
                  }
                }
              }
            }
          }
        }
        fragment Name on Patient {
          id
          name {
            family
          }
        }
      `
      const { data } = await client.query({ query, variables: { patient: [`Patient/${id}`] } })
      expect(data).toEqual({
        list: [
          {
            __typename: 'Observation',
            quantity: { __typename: 'Quantity', value: 70.5, unit: 'kg' },
            subject: {
              __typename: 'Reference',
              patient: { ...subject, all: [{ __typename: 'Observation', status: 'final' }] },
            },
          },
        ],
      })
    })

    it('is told what is wrong', async () => {
      const query = gql`
        {
          Patient(id: "nobody") {
            id
          }
        }
      `
      const failure = await client.query({ query }).catch((error: unknown) => error)
      expect(CombinedGraphQLErrors.is(failure) && failure.errors).toMatchObject([
        { message: 'There is no Patient/nobody', path: ['Patient'] },
      ])
    })
  })
}
