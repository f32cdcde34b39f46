import type { Definitions } from '../definitions.ts'
import { type Fault, fault } from '../fault.ts'
import type { ResourceKey } from '../ports/stored-version.ts'

/** @throws Fault not-found: R4 http.html#create answers 404 where the resource type is not supported. */
export function assertKnownType(definitions: Definitions, type: string): void {
  if (definitions.isServed(type)) return
  const reason = definitions.isResourceType(type)
    ? `This gateway does not serve ${type}: its CapabilityStatement lists the types that it serves`
    : `FHIR R4 (${definitions.fhirVersion}) has no resource type '${type}'`
  throw fault('not-found', reason, { code: 'not-supported' })
}

/** The same answer whether a resource never existed or is hidden from the caller. */
export const notFound = ({ type, id }: ResourceKey): Fault => fault('not-found', `There is no ${type}/${id}`)
