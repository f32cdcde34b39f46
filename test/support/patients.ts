/** Small resources that tests begin with. */

export const SHAW = {
  resourceType: 'Patient',
  active: true,
  name: [{ family: 'Shaw', given: ['Anna'] }],
  birthDate: '1990-02-03',
} as const

export const BERG = {
  resourceType: 'Patient',
  name: [{ family: 'Berg', given: ['Olaf'] }],
  gender: 'male',
} as const
