import type { ElementDefinition, SearchParameter, StructureDefinition } from '#codegen/definitions.ts'

const structureUrl = 'http://hl7.org/fhir/StructureDefinition/'

type ElementChange = Partial<ElementDefinition> & { readonly types?: readonly string[] }

/** An element as HL7 writes it: `element('Thing.code', { types: ['code'] })`; `Reference(A|B)` has targets. */
export function element(path: string, { types = [], ...change }: ElementChange = {}): ElementDefinition {
  return { path, min: 0, max: '1', base: { path }, type: types.map(typeOf), ...change }
}

function typeOf(text: string): { code: string; targetProfile?: readonly string[] } {
  const [, code = text, targets] = /^(\w+)\((.*)\)$/.exec(text) ?? []
  if (targets === undefined) return { code }
  return { code, targetProfile: targets.split('|').map(target => `${structureUrl}${target}`) }
}

const systemString: Pick<ElementDefinition, 'type'> = {
  type: [
    {
      code: 'http://hl7.org/fhirpath/System.String',
      extension: [{ url: `${structureUrl}structuredefinition-fhir-type`, valueUrl: 'string' }],
    },
  ],
}

export function structure(
  name: string,
  kind: StructureDefinition['kind'],
  elements: readonly ElementDefinition[],
): StructureDefinition {
  const isResource = kind === 'resource'
  const id = element(`${name}.id`, {
    ...systemString,
    base: { path: isResource ? 'Resource.id' : 'Element.id' },
    ...(isResource ? {} : { representation: ['xmlAttr'] }),
  })
  return {
    resourceType: 'StructureDefinition',
    url: `${structureUrl}${name}`,
    name,
    type: name,
    kind,
    abstract: name === 'Element',
    derivation: 'specialization',
    fhirVersion: '4.0.1',
    snapshot: { element: [element(name), id, ...elements] },
  }
}

export function searchParameter(
  code: string,
  change: Partial<SearchParameter> & Pick<SearchParameter, 'type'>,
): SearchParameter {
  return { resourceType: 'SearchParameter', url: `http://example.org/${code}`, code, base: ['Thing'], ...change }
}

const extension = (path: string): ElementDefinition =>
  element(`${path}.extension`, { types: ['Extension'], max: '*', base: { path: 'Element.extension' } })

/** A world of two resource types, small enough to be read whole in what is generated from it. */
export const smallStructures: readonly StructureDefinition[] = [
  structure('Element', 'complex-type', [extension('Element')]),
  structure('Extension', 'complex-type', [
    extension('Extension'),
    element('Extension.url', { ...systemString, min: 1, representation: ['xmlAttr'] }),
    element('Extension.value[x]', { types: ['boolean', 'Reference'] }),
  ]),
  structure('Reference', 'complex-type', [
    extension('Reference'),
    element('Reference.reference', { types: ['string'] }),
  ]),
  structure('Basic', 'resource', [element('Basic.contained', { types: ['Resource'], max: '*' })]),
  structure('OperationOutcome', 'resource', [
    element('OperationOutcome.issue', { types: ['BackboneElement'], min: 1, max: '*' }),
    element('OperationOutcome.issue.id', { ...systemString, representation: ['xmlAttr'] }),
    element('OperationOutcome.issue.severity', { types: ['code'], min: 1 }),
  ]),
  structure('Thing', 'resource', [
    element('Thing.contained', { types: ['Resource'], max: '*', base: { path: 'DomainResource.contained' } }),
    element('Thing.status', {
      short: 'on | off',
      types: ['code'],
      min: 1,
      isSummary: true,
      isModifier: true,
      binding: { strength: 'required', valueSet: 'http://example.org/statuses|1.0' },
    }),
    element('Thing.alias', { types: ['string'], max: '*' }),
    element('Thing.value[x]', {
      short: 'What it is "worth"',
      types: ['boolean', 'decimal', 'dateTime', 'Reference(Basic|Thing)'],
      min: 1,
    }),
    element('Thing.owner', { types: ['Reference(Thing)'] }),
    element('Thing.subject', { types: ['Reference(Resource)'] }),
    element('Thing.input', { short: 'What goes in', types: ['BackboneElement'], max: '3' }),
    element('Thing.input.id', { ...systemString, representation: ['xmlAttr'] }),
    element('Thing.input.system', { types: ['uri'] }),
    element('Thing.input.count', { types: ['positiveInt'] }),
    element('Thing.input.input', { contentReference: '#Thing.input', max: '*' }),
  ]),
]
