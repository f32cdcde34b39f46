/** Search parameters that the index keeps in a way of its own. */

/** A parameter of our own: tokens under it are the compartments that a resource is in. */
export const COMPARTMENT_URL = ''

export const ID_URL = 'http://hl7.org/fhir/SearchParameter/Resource-id'
export const LAST_UPDATED_URL = 'http://hl7.org/fhir/SearchParameter/Resource-lastUpdated'

/** Whether the parameter is a column of `resource`, so that it has no index rows. */
export const isColumn = (url: string): boolean => url === LAST_UPDATED_URL || url === ID_URL
