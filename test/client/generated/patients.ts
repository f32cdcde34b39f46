// Made by graphql-codegen from ../patients.graphql: docs/guides/graphql-client.md. Do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type AddressInput = {
  readonly _city?: ElementInput | null | undefined;
  readonly _country?: ElementInput | null | undefined;
  readonly _district?: ElementInput | null | undefined;
  readonly _line?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _postalCode?: ElementInput | null | undefined;
  readonly _state?: ElementInput | null | undefined;
  readonly _text?: ElementInput | null | undefined;
  readonly _type?: ElementInput | null | undefined;
  readonly _use?: ElementInput | null | undefined;
  readonly city?: string | null | undefined;
  readonly country?: string | null | undefined;
  readonly district?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly line?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly period?: PeriodInput | null | undefined;
  readonly postalCode?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly use?: string | null | undefined;
};

export type AgeInput = {
  readonly _code?: ElementInput | null | undefined;
  readonly _comparator?: ElementInput | null | undefined;
  readonly _system?: ElementInput | null | undefined;
  readonly _unit?: ElementInput | null | undefined;
  readonly _value?: ElementInput | null | undefined;
  readonly code?: string | null | undefined;
  readonly comparator?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly system?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly value?: number | null | undefined;
};

export type AnnotationInput = {
  readonly _authorString?: ElementInput | null | undefined;
  readonly _text?: ElementInput | null | undefined;
  readonly _time?: ElementInput | null | undefined;
  readonly authorReference?: ReferenceInput | null | undefined;
  readonly authorString?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly time?: string | null | undefined;
};

export type AttachmentInput = {
  readonly _contentType?: ElementInput | null | undefined;
  readonly _creation?: ElementInput | null | undefined;
  readonly _data?: ElementInput | null | undefined;
  readonly _hash?: ElementInput | null | undefined;
  readonly _language?: ElementInput | null | undefined;
  readonly _size?: ElementInput | null | undefined;
  readonly _title?: ElementInput | null | undefined;
  readonly _url?: ElementInput | null | undefined;
  readonly contentType?: string | null | undefined;
  readonly creation?: string | null | undefined;
  readonly data?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly hash?: string | null | undefined;
  readonly id?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly size?: number | null | undefined;
  readonly title?: string | null | undefined;
  readonly url?: string | null | undefined;
};

export type CodeableConceptInput = {
  readonly _text?: ElementInput | null | undefined;
  readonly coding?: ReadonlyArray<CodingInput | null | undefined> | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly text?: string | null | undefined;
};

export type CodingInput = {
  readonly _code?: ElementInput | null | undefined;
  readonly _display?: ElementInput | null | undefined;
  readonly _system?: ElementInput | null | undefined;
  readonly _userSelected?: ElementInput | null | undefined;
  readonly _version?: ElementInput | null | undefined;
  readonly code?: string | null | undefined;
  readonly display?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly system?: string | null | undefined;
  readonly userSelected?: boolean | null | undefined;
  readonly version?: string | null | undefined;
};

export type ContactDetailInput = {
  readonly _name?: ElementInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly telecom?: ReadonlyArray<ContactPointInput | null | undefined> | null | undefined;
};

export type ContactPointInput = {
  readonly _rank?: ElementInput | null | undefined;
  readonly _system?: ElementInput | null | undefined;
  readonly _use?: ElementInput | null | undefined;
  readonly _value?: ElementInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly period?: PeriodInput | null | undefined;
  readonly rank?: number | null | undefined;
  readonly system?: string | null | undefined;
  readonly use?: string | null | undefined;
  readonly value?: string | null | undefined;
};

export type ContributorInput = {
  readonly _name?: ElementInput | null | undefined;
  readonly _type?: ElementInput | null | undefined;
  readonly contact?: ReadonlyArray<ContactDetailInput | null | undefined> | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly type?: string | null | undefined;
};

export type CountInput = {
  readonly _code?: ElementInput | null | undefined;
  readonly _comparator?: ElementInput | null | undefined;
  readonly _system?: ElementInput | null | undefined;
  readonly _unit?: ElementInput | null | undefined;
  readonly _value?: ElementInput | null | undefined;
  readonly code?: string | null | undefined;
  readonly comparator?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly system?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly value?: number | null | undefined;
};

export type DataRequirementCodeFilterInput = {
  readonly _path?: ElementInput | null | undefined;
  readonly _searchParam?: ElementInput | null | undefined;
  readonly _valueSet?: ElementInput | null | undefined;
  readonly code?: ReadonlyArray<CodingInput | null | undefined> | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly path?: string | null | undefined;
  readonly searchParam?: string | null | undefined;
  readonly valueSet?: string | null | undefined;
};

export type DataRequirementDateFilterInput = {
  readonly _path?: ElementInput | null | undefined;
  readonly _searchParam?: ElementInput | null | undefined;
  readonly _valueDateTime?: ElementInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly path?: string | null | undefined;
  readonly searchParam?: string | null | undefined;
  readonly valueDateTime?: string | null | undefined;
  readonly valueDuration?: DurationInput | null | undefined;
  readonly valuePeriod?: PeriodInput | null | undefined;
};

export type DataRequirementInput = {
  readonly _limit?: ElementInput | null | undefined;
  readonly _mustSupport?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _profile?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _type?: ElementInput | null | undefined;
  readonly codeFilter?: ReadonlyArray<DataRequirementCodeFilterInput | null | undefined> | null | undefined;
  readonly dateFilter?: ReadonlyArray<DataRequirementDateFilterInput | null | undefined> | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly limit?: number | null | undefined;
  readonly mustSupport?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly profile?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly sort?: ReadonlyArray<DataRequirementSortInput | null | undefined> | null | undefined;
  readonly subjectCodeableConcept?: CodeableConceptInput | null | undefined;
  readonly subjectReference?: ReferenceInput | null | undefined;
  readonly type?: string | null | undefined;
};

export type DataRequirementSortInput = {
  readonly _direction?: ElementInput | null | undefined;
  readonly _path?: ElementInput | null | undefined;
  readonly direction?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly path?: string | null | undefined;
};

export type DistanceInput = {
  readonly _code?: ElementInput | null | undefined;
  readonly _comparator?: ElementInput | null | undefined;
  readonly _system?: ElementInput | null | undefined;
  readonly _unit?: ElementInput | null | undefined;
  readonly _value?: ElementInput | null | undefined;
  readonly code?: string | null | undefined;
  readonly comparator?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly system?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly value?: number | null | undefined;
};

export type DosageDoseAndRateInput = {
  readonly doseQuantity?: QuantityInput | null | undefined;
  readonly doseRange?: RangeInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly rateQuantity?: QuantityInput | null | undefined;
  readonly rateRange?: RangeInput | null | undefined;
  readonly rateRatio?: RatioInput | null | undefined;
  readonly type?: CodeableConceptInput | null | undefined;
};

export type DosageInput = {
  readonly _asNeededBoolean?: ElementInput | null | undefined;
  readonly _patientInstruction?: ElementInput | null | undefined;
  readonly _sequence?: ElementInput | null | undefined;
  readonly _text?: ElementInput | null | undefined;
  readonly additionalInstruction?: ReadonlyArray<CodeableConceptInput | null | undefined> | null | undefined;
  readonly asNeededBoolean?: boolean | null | undefined;
  readonly asNeededCodeableConcept?: CodeableConceptInput | null | undefined;
  readonly doseAndRate?: ReadonlyArray<DosageDoseAndRateInput | null | undefined> | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly maxDosePerAdministration?: QuantityInput | null | undefined;
  readonly maxDosePerLifetime?: QuantityInput | null | undefined;
  readonly maxDosePerPeriod?: RatioInput | null | undefined;
  readonly method?: CodeableConceptInput | null | undefined;
  readonly modifierExtension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly patientInstruction?: string | null | undefined;
  readonly route?: CodeableConceptInput | null | undefined;
  readonly sequence?: number | null | undefined;
  readonly site?: CodeableConceptInput | null | undefined;
  readonly text?: string | null | undefined;
  readonly timing?: TimingInput | null | undefined;
};

export type DurationInput = {
  readonly _code?: ElementInput | null | undefined;
  readonly _comparator?: ElementInput | null | undefined;
  readonly _system?: ElementInput | null | undefined;
  readonly _unit?: ElementInput | null | undefined;
  readonly _value?: ElementInput | null | undefined;
  readonly code?: string | null | undefined;
  readonly comparator?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly system?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly value?: number | null | undefined;
};

export type ElementInput = {
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
};

export type ExpressionInput = {
  readonly _description?: ElementInput | null | undefined;
  readonly _expression?: ElementInput | null | undefined;
  readonly _language?: ElementInput | null | undefined;
  readonly _name?: ElementInput | null | undefined;
  readonly _reference?: ElementInput | null | undefined;
  readonly description?: string | null | undefined;
  readonly expression?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly reference?: string | null | undefined;
};

export type ExtensionInput = {
  readonly _valueBase64Binary?: ElementInput | null | undefined;
  readonly _valueBoolean?: ElementInput | null | undefined;
  readonly _valueCanonical?: ElementInput | null | undefined;
  readonly _valueCode?: ElementInput | null | undefined;
  readonly _valueDate?: ElementInput | null | undefined;
  readonly _valueDateTime?: ElementInput | null | undefined;
  readonly _valueDecimal?: ElementInput | null | undefined;
  readonly _valueId?: ElementInput | null | undefined;
  readonly _valueInstant?: ElementInput | null | undefined;
  readonly _valueInteger?: ElementInput | null | undefined;
  readonly _valueMarkdown?: ElementInput | null | undefined;
  readonly _valueOid?: ElementInput | null | undefined;
  readonly _valuePositiveInt?: ElementInput | null | undefined;
  readonly _valueString?: ElementInput | null | undefined;
  readonly _valueTime?: ElementInput | null | undefined;
  readonly _valueUnsignedInt?: ElementInput | null | undefined;
  readonly _valueUri?: ElementInput | null | undefined;
  readonly _valueUrl?: ElementInput | null | undefined;
  readonly _valueUuid?: ElementInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly valueAddress?: AddressInput | null | undefined;
  readonly valueAge?: AgeInput | null | undefined;
  readonly valueAnnotation?: AnnotationInput | null | undefined;
  readonly valueAttachment?: AttachmentInput | null | undefined;
  readonly valueBase64Binary?: string | null | undefined;
  readonly valueBoolean?: boolean | null | undefined;
  readonly valueCanonical?: string | null | undefined;
  readonly valueCode?: string | null | undefined;
  readonly valueCodeableConcept?: CodeableConceptInput | null | undefined;
  readonly valueCoding?: CodingInput | null | undefined;
  readonly valueContactDetail?: ContactDetailInput | null | undefined;
  readonly valueContactPoint?: ContactPointInput | null | undefined;
  readonly valueContributor?: ContributorInput | null | undefined;
  readonly valueCount?: CountInput | null | undefined;
  readonly valueDataRequirement?: DataRequirementInput | null | undefined;
  readonly valueDate?: string | null | undefined;
  readonly valueDateTime?: string | null | undefined;
  readonly valueDecimal?: number | null | undefined;
  readonly valueDistance?: DistanceInput | null | undefined;
  readonly valueDosage?: DosageInput | null | undefined;
  readonly valueDuration?: DurationInput | null | undefined;
  readonly valueExpression?: ExpressionInput | null | undefined;
  readonly valueHumanName?: HumanNameInput | null | undefined;
  readonly valueId?: string | null | undefined;
  readonly valueIdentifier?: IdentifierInput | null | undefined;
  readonly valueInstant?: string | null | undefined;
  readonly valueInteger?: number | null | undefined;
  readonly valueMarkdown?: string | null | undefined;
  readonly valueMeta?: MetaInput | null | undefined;
  readonly valueMoney?: MoneyInput | null | undefined;
  readonly valueOid?: string | null | undefined;
  readonly valueParameterDefinition?: ParameterDefinitionInput | null | undefined;
  readonly valuePeriod?: PeriodInput | null | undefined;
  readonly valuePositiveInt?: number | null | undefined;
  readonly valueQuantity?: QuantityInput | null | undefined;
  readonly valueRange?: RangeInput | null | undefined;
  readonly valueRatio?: RatioInput | null | undefined;
  readonly valueReference?: ReferenceInput | null | undefined;
  readonly valueRelatedArtifact?: RelatedArtifactInput | null | undefined;
  readonly valueSampledData?: SampledDataInput | null | undefined;
  readonly valueSignature?: SignatureInput | null | undefined;
  readonly valueString?: string | null | undefined;
  readonly valueTime?: string | null | undefined;
  readonly valueTiming?: TimingInput | null | undefined;
  readonly valueTriggerDefinition?: TriggerDefinitionInput | null | undefined;
  readonly valueUnsignedInt?: number | null | undefined;
  readonly valueUri?: string | null | undefined;
  readonly valueUrl?: string | null | undefined;
  readonly valueUsageContext?: UsageContextInput | null | undefined;
  readonly valueUuid?: string | null | undefined;
};

export type HumanNameInput = {
  readonly _family?: ElementInput | null | undefined;
  readonly _given?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _prefix?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _suffix?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _text?: ElementInput | null | undefined;
  readonly _use?: ElementInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly family?: string | null | undefined;
  readonly given?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly period?: PeriodInput | null | undefined;
  readonly prefix?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly suffix?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly text?: string | null | undefined;
  readonly use?: string | null | undefined;
};

export type IdentifierInput = {
  readonly _system?: ElementInput | null | undefined;
  readonly _use?: ElementInput | null | undefined;
  readonly _value?: ElementInput | null | undefined;
  readonly assigner?: ReferenceInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly period?: PeriodInput | null | undefined;
  readonly system?: string | null | undefined;
  readonly type?: CodeableConceptInput | null | undefined;
  readonly use?: string | null | undefined;
  readonly value?: string | null | undefined;
};

export type MetaInput = {
  readonly _lastUpdated?: ElementInput | null | undefined;
  readonly _profile?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _source?: ElementInput | null | undefined;
  readonly _versionId?: ElementInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly lastUpdated?: string | null | undefined;
  readonly profile?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly security?: ReadonlyArray<CodingInput | null | undefined> | null | undefined;
  readonly source?: string | null | undefined;
  readonly tag?: ReadonlyArray<CodingInput | null | undefined> | null | undefined;
  readonly versionId?: string | null | undefined;
};

export type MoneyInput = {
  readonly _currency?: ElementInput | null | undefined;
  readonly _value?: ElementInput | null | undefined;
  readonly currency?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly value?: number | null | undefined;
};

export type NarrativeInput = {
  readonly _status?: ElementInput | null | undefined;
  readonly div?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly status?: string | null | undefined;
};

export type ParameterDefinitionInput = {
  readonly _documentation?: ElementInput | null | undefined;
  readonly _max?: ElementInput | null | undefined;
  readonly _min?: ElementInput | null | undefined;
  readonly _name?: ElementInput | null | undefined;
  readonly _profile?: ElementInput | null | undefined;
  readonly _type?: ElementInput | null | undefined;
  readonly _use?: ElementInput | null | undefined;
  readonly documentation?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly max?: string | null | undefined;
  readonly min?: number | null | undefined;
  readonly name?: string | null | undefined;
  readonly profile?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly use?: string | null | undefined;
};

export type PatientCommunicationInput = {
  readonly _preferred?: ElementInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly language?: CodeableConceptInput | null | undefined;
  readonly modifierExtension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly preferred?: boolean | null | undefined;
};

export type PatientContactInput = {
  readonly _gender?: ElementInput | null | undefined;
  readonly address?: AddressInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly gender?: string | null | undefined;
  readonly id?: string | null | undefined;
  readonly modifierExtension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly name?: HumanNameInput | null | undefined;
  readonly organization?: ReferenceInput | null | undefined;
  readonly period?: PeriodInput | null | undefined;
  readonly relationship?: ReadonlyArray<CodeableConceptInput | null | undefined> | null | undefined;
  readonly telecom?: ReadonlyArray<ContactPointInput | null | undefined> | null | undefined;
};

export type PatientInput = {
  readonly _active?: ElementInput | null | undefined;
  readonly _birthDate?: ElementInput | null | undefined;
  readonly _deceasedBoolean?: ElementInput | null | undefined;
  readonly _deceasedDateTime?: ElementInput | null | undefined;
  readonly _gender?: ElementInput | null | undefined;
  readonly _implicitRules?: ElementInput | null | undefined;
  readonly _language?: ElementInput | null | undefined;
  readonly _multipleBirthBoolean?: ElementInput | null | undefined;
  readonly _multipleBirthInteger?: ElementInput | null | undefined;
  readonly active?: boolean | null | undefined;
  readonly address?: ReadonlyArray<AddressInput | null | undefined> | null | undefined;
  readonly birthDate?: string | null | undefined;
  readonly communication?: ReadonlyArray<PatientCommunicationInput | null | undefined> | null | undefined;
  readonly contact?: ReadonlyArray<PatientContactInput | null | undefined> | null | undefined;
  readonly contained?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly deceasedBoolean?: boolean | null | undefined;
  readonly deceasedDateTime?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly gender?: string | null | undefined;
  readonly generalPractitioner?: ReadonlyArray<ReferenceInput | null | undefined> | null | undefined;
  readonly id?: string | number | null | undefined;
  readonly identifier?: ReadonlyArray<IdentifierInput | null | undefined> | null | undefined;
  readonly implicitRules?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly link?: ReadonlyArray<PatientLinkInput | null | undefined> | null | undefined;
  readonly managingOrganization?: ReferenceInput | null | undefined;
  readonly maritalStatus?: CodeableConceptInput | null | undefined;
  readonly meta?: MetaInput | null | undefined;
  readonly modifierExtension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly multipleBirthBoolean?: boolean | null | undefined;
  readonly multipleBirthInteger?: number | null | undefined;
  readonly name?: ReadonlyArray<HumanNameInput | null | undefined> | null | undefined;
  readonly photo?: ReadonlyArray<AttachmentInput | null | undefined> | null | undefined;
  readonly resourceType?: string | null | undefined;
  readonly telecom?: ReadonlyArray<ContactPointInput | null | undefined> | null | undefined;
  readonly text?: NarrativeInput | null | undefined;
};

export type PatientLinkInput = {
  readonly _type?: ElementInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly modifierExtension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly other?: ReferenceInput | null | undefined;
  readonly type?: string | null | undefined;
};

export type PeriodInput = {
  readonly _end?: ElementInput | null | undefined;
  readonly _start?: ElementInput | null | undefined;
  readonly end?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly start?: string | null | undefined;
};

export type QuantityInput = {
  readonly _code?: ElementInput | null | undefined;
  readonly _comparator?: ElementInput | null | undefined;
  readonly _system?: ElementInput | null | undefined;
  readonly _unit?: ElementInput | null | undefined;
  readonly _value?: ElementInput | null | undefined;
  readonly code?: string | null | undefined;
  readonly comparator?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly system?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly value?: number | null | undefined;
};

export type RangeInput = {
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly high?: QuantityInput | null | undefined;
  readonly id?: string | null | undefined;
  readonly low?: QuantityInput | null | undefined;
};

export type RatioInput = {
  readonly denominator?: QuantityInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly numerator?: QuantityInput | null | undefined;
};

export type ReferenceInput = {
  readonly _display?: ElementInput | null | undefined;
  readonly _reference?: ElementInput | null | undefined;
  readonly _type?: ElementInput | null | undefined;
  readonly display?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly identifier?: IdentifierInput | null | undefined;
  readonly reference?: string | null | undefined;
  readonly type?: string | null | undefined;
};

export type RelatedArtifactInput = {
  readonly _citation?: ElementInput | null | undefined;
  readonly _display?: ElementInput | null | undefined;
  readonly _label?: ElementInput | null | undefined;
  readonly _resource?: ElementInput | null | undefined;
  readonly _type?: ElementInput | null | undefined;
  readonly _url?: ElementInput | null | undefined;
  readonly citation?: string | null | undefined;
  readonly display?: string | null | undefined;
  readonly document?: AttachmentInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly label?: string | null | undefined;
  readonly resource?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly url?: string | null | undefined;
};

export type SampledDataInput = {
  readonly _data?: ElementInput | null | undefined;
  readonly _dimensions?: ElementInput | null | undefined;
  readonly _factor?: ElementInput | null | undefined;
  readonly _lowerLimit?: ElementInput | null | undefined;
  readonly _period?: ElementInput | null | undefined;
  readonly _upperLimit?: ElementInput | null | undefined;
  readonly data?: string | null | undefined;
  readonly dimensions?: number | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly factor?: number | null | undefined;
  readonly id?: string | null | undefined;
  readonly lowerLimit?: number | null | undefined;
  readonly origin?: QuantityInput | null | undefined;
  readonly period?: number | null | undefined;
  readonly upperLimit?: number | null | undefined;
};

export type SignatureInput = {
  readonly _data?: ElementInput | null | undefined;
  readonly _sigFormat?: ElementInput | null | undefined;
  readonly _targetFormat?: ElementInput | null | undefined;
  readonly _when?: ElementInput | null | undefined;
  readonly data?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly onBehalfOf?: ReferenceInput | null | undefined;
  readonly sigFormat?: string | null | undefined;
  readonly targetFormat?: string | null | undefined;
  readonly type?: ReadonlyArray<CodingInput | null | undefined> | null | undefined;
  readonly when?: string | null | undefined;
  readonly who?: ReferenceInput | null | undefined;
};

export type TimingInput = {
  readonly _event?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly code?: CodeableConceptInput | null | undefined;
  readonly event?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly modifierExtension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly repeat?: TimingRepeatInput | null | undefined;
};

export type TimingRepeatInput = {
  readonly _count?: ElementInput | null | undefined;
  readonly _countMax?: ElementInput | null | undefined;
  readonly _dayOfWeek?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _duration?: ElementInput | null | undefined;
  readonly _durationMax?: ElementInput | null | undefined;
  readonly _durationUnit?: ElementInput | null | undefined;
  readonly _frequency?: ElementInput | null | undefined;
  readonly _frequencyMax?: ElementInput | null | undefined;
  readonly _offset?: ElementInput | null | undefined;
  readonly _period?: ElementInput | null | undefined;
  readonly _periodMax?: ElementInput | null | undefined;
  readonly _periodUnit?: ElementInput | null | undefined;
  readonly _timeOfDay?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly _when?: ReadonlyArray<ElementInput | null | undefined> | null | undefined;
  readonly boundsDuration?: DurationInput | null | undefined;
  readonly boundsPeriod?: PeriodInput | null | undefined;
  readonly boundsRange?: RangeInput | null | undefined;
  readonly count?: number | null | undefined;
  readonly countMax?: number | null | undefined;
  readonly dayOfWeek?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly duration?: number | null | undefined;
  readonly durationMax?: number | null | undefined;
  readonly durationUnit?: string | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly frequency?: number | null | undefined;
  readonly frequencyMax?: number | null | undefined;
  readonly id?: string | null | undefined;
  readonly offset?: number | null | undefined;
  readonly period?: number | null | undefined;
  readonly periodMax?: number | null | undefined;
  readonly periodUnit?: string | null | undefined;
  readonly timeOfDay?: ReadonlyArray<string | null | undefined> | null | undefined;
  readonly when?: ReadonlyArray<string | null | undefined> | null | undefined;
};

export type TriggerDefinitionInput = {
  readonly _name?: ElementInput | null | undefined;
  readonly _timingDate?: ElementInput | null | undefined;
  readonly _timingDateTime?: ElementInput | null | undefined;
  readonly _type?: ElementInput | null | undefined;
  readonly condition?: ExpressionInput | null | undefined;
  readonly data?: ReadonlyArray<DataRequirementInput | null | undefined> | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly timingDate?: string | null | undefined;
  readonly timingDateTime?: string | null | undefined;
  readonly timingReference?: ReferenceInput | null | undefined;
  readonly timingTiming?: TimingInput | null | undefined;
  readonly type?: string | null | undefined;
};

export type UsageContextInput = {
  readonly code?: CodingInput | null | undefined;
  readonly extension?: ReadonlyArray<ExtensionInput | null | undefined> | null | undefined;
  readonly id?: string | null | undefined;
  readonly valueCodeableConcept?: CodeableConceptInput | null | undefined;
  readonly valueQuantity?: QuantityInput | null | undefined;
  readonly valueRange?: RangeInput | null | undefined;
  readonly valueReference?: ReferenceInput | null | undefined;
};

export type PatientsWithConditionsQueryVariables = Exact<{
  family: string;
  count: number;
}>;


export type PatientsWithConditionsQuery = { readonly PatientList: ReadonlyArray<{ readonly id: string | null, readonly birthDate: string | null, readonly name: ReadonlyArray<{ readonly family: string | null, readonly given: ReadonlyArray<string | null> | null } | null> | null, readonly generalPractitioner: ReadonlyArray<{ readonly resource:
        | { readonly __typename: 'Account' }
        | { readonly __typename: 'ActivityDefinition' }
        | { readonly __typename: 'AdverseEvent' }
        | { readonly __typename: 'AllergyIntolerance' }
        | { readonly __typename: 'Appointment' }
        | { readonly __typename: 'AppointmentResponse' }
        | { readonly __typename: 'AuditEvent' }
        | { readonly __typename: 'Basic' }
        | { readonly __typename: 'Binary' }
        | { readonly __typename: 'BiologicallyDerivedProduct' }
        | { readonly __typename: 'BodyStructure' }
        | { readonly __typename: 'Bundle' }
        | { readonly __typename: 'CapabilityStatement' }
        | { readonly __typename: 'CarePlan' }
        | { readonly __typename: 'CareTeam' }
        | { readonly __typename: 'CatalogEntry' }
        | { readonly __typename: 'ChargeItem' }
        | { readonly __typename: 'ChargeItemDefinition' }
        | { readonly __typename: 'Claim' }
        | { readonly __typename: 'ClaimResponse' }
        | { readonly __typename: 'ClinicalImpression' }
        | { readonly __typename: 'CodeSystem' }
        | { readonly __typename: 'Communication' }
        | { readonly __typename: 'CommunicationRequest' }
        | { readonly __typename: 'CompartmentDefinition' }
        | { readonly __typename: 'Composition' }
        | { readonly __typename: 'ConceptMap' }
        | { readonly __typename: 'Condition' }
        | { readonly __typename: 'Consent' }
        | { readonly __typename: 'Contract' }
        | { readonly __typename: 'Coverage' }
        | { readonly __typename: 'CoverageEligibilityRequest' }
        | { readonly __typename: 'CoverageEligibilityResponse' }
        | { readonly __typename: 'DetectedIssue' }
        | { readonly __typename: 'Device' }
        | { readonly __typename: 'DeviceDefinition' }
        | { readonly __typename: 'DeviceMetric' }
        | { readonly __typename: 'DeviceRequest' }
        | { readonly __typename: 'DeviceUseStatement' }
        | { readonly __typename: 'DiagnosticReport' }
        | { readonly __typename: 'DocumentManifest' }
        | { readonly __typename: 'DocumentReference' }
        | { readonly __typename: 'EffectEvidenceSynthesis' }
        | { readonly __typename: 'Encounter' }
        | { readonly __typename: 'Endpoint' }
        | { readonly __typename: 'EnrollmentRequest' }
        | { readonly __typename: 'EnrollmentResponse' }
        | { readonly __typename: 'EpisodeOfCare' }
        | { readonly __typename: 'EventDefinition' }
        | { readonly __typename: 'Evidence' }
        | { readonly __typename: 'EvidenceVariable' }
        | { readonly __typename: 'ExampleScenario' }
        | { readonly __typename: 'ExplanationOfBenefit' }
        | { readonly __typename: 'FamilyMemberHistory' }
        | { readonly __typename: 'Flag' }
        | { readonly __typename: 'Goal' }
        | { readonly __typename: 'GraphDefinition' }
        | { readonly __typename: 'Group' }
        | { readonly __typename: 'GuidanceResponse' }
        | { readonly __typename: 'HealthcareService' }
        | { readonly __typename: 'ImagingStudy' }
        | { readonly __typename: 'Immunization' }
        | { readonly __typename: 'ImmunizationEvaluation' }
        | { readonly __typename: 'ImmunizationRecommendation' }
        | { readonly __typename: 'ImplementationGuide' }
        | { readonly __typename: 'InsurancePlan' }
        | { readonly __typename: 'Invoice' }
        | { readonly __typename: 'Library' }
        | { readonly __typename: 'Linkage' }
        | { readonly __typename: 'List' }
        | { readonly __typename: 'Location' }
        | { readonly __typename: 'Measure' }
        | { readonly __typename: 'MeasureReport' }
        | { readonly __typename: 'Media' }
        | { readonly __typename: 'Medication' }
        | { readonly __typename: 'MedicationAdministration' }
        | { readonly __typename: 'MedicationDispense' }
        | { readonly __typename: 'MedicationKnowledge' }
        | { readonly __typename: 'MedicationRequest' }
        | { readonly __typename: 'MedicationStatement' }
        | { readonly __typename: 'MedicinalProduct' }
        | { readonly __typename: 'MedicinalProductAuthorization' }
        | { readonly __typename: 'MedicinalProductContraindication' }
        | { readonly __typename: 'MedicinalProductIndication' }
        | { readonly __typename: 'MedicinalProductIngredient' }
        | { readonly __typename: 'MedicinalProductInteraction' }
        | { readonly __typename: 'MedicinalProductManufactured' }
        | { readonly __typename: 'MedicinalProductPackaged' }
        | { readonly __typename: 'MedicinalProductPharmaceutical' }
        | { readonly __typename: 'MedicinalProductUndesirableEffect' }
        | { readonly __typename: 'MessageDefinition' }
        | { readonly __typename: 'MessageHeader' }
        | { readonly __typename: 'MolecularSequence' }
        | { readonly __typename: 'NamingSystem' }
        | { readonly __typename: 'NutritionOrder' }
        | { readonly __typename: 'Observation' }
        | { readonly __typename: 'ObservationDefinition' }
        | { readonly __typename: 'OperationDefinition' }
        | { readonly __typename: 'OperationOutcome' }
        | { readonly __typename: 'Organization' }
        | { readonly __typename: 'OrganizationAffiliation' }
        | { readonly __typename: 'Parameters' }
        | { readonly __typename: 'Patient' }
        | { readonly __typename: 'PaymentNotice' }
        | { readonly __typename: 'PaymentReconciliation' }
        | { readonly __typename: 'Person' }
        | { readonly __typename: 'PlanDefinition' }
        | { readonly __typename: 'Practitioner', readonly name: ReadonlyArray<{ readonly family: string | null, readonly given: ReadonlyArray<string | null> | null } | null> | null }
        | { readonly __typename: 'PractitionerRole' }
        | { readonly __typename: 'Procedure' }
        | { readonly __typename: 'Provenance' }
        | { readonly __typename: 'Questionnaire' }
        | { readonly __typename: 'QuestionnaireResponse' }
        | { readonly __typename: 'RelatedPerson' }
        | { readonly __typename: 'RequestGroup' }
        | { readonly __typename: 'ResearchDefinition' }
        | { readonly __typename: 'ResearchElementDefinition' }
        | { readonly __typename: 'ResearchStudy' }
        | { readonly __typename: 'ResearchSubject' }
        | { readonly __typename: 'RiskAssessment' }
        | { readonly __typename: 'RiskEvidenceSynthesis' }
        | { readonly __typename: 'Schedule' }
        | { readonly __typename: 'SearchParameter' }
        | { readonly __typename: 'ServiceRequest' }
        | { readonly __typename: 'Slot' }
        | { readonly __typename: 'Specimen' }
        | { readonly __typename: 'SpecimenDefinition' }
        | { readonly __typename: 'StructureDefinition' }
        | { readonly __typename: 'StructureMap' }
        | { readonly __typename: 'Subscription' }
        | { readonly __typename: 'Substance' }
        | { readonly __typename: 'SubstanceNucleicAcid' }
        | { readonly __typename: 'SubstancePolymer' }
        | { readonly __typename: 'SubstanceProtein' }
        | { readonly __typename: 'SubstanceReferenceInformation' }
        | { readonly __typename: 'SubstanceSourceMaterial' }
        | { readonly __typename: 'SubstanceSpecification' }
        | { readonly __typename: 'SupplyDelivery' }
        | { readonly __typename: 'SupplyRequest' }
        | { readonly __typename: 'Task' }
        | { readonly __typename: 'TerminologyCapabilities' }
        | { readonly __typename: 'TestReport' }
        | { readonly __typename: 'TestScript' }
        | { readonly __typename: 'ValueSet' }
        | { readonly __typename: 'VerificationResult' }
        | { readonly __typename: 'VisionPrescription' }
       | null } | null> | null, readonly ConditionList: ReadonlyArray<{ readonly id: string | null, readonly code: { readonly text: string | null } | null } | null> | null } | null> | null };

export type RegisterPatientMutationVariables = Exact<{
  res: PatientInput;
  ifNoneExist?: string | null | undefined;
}>;


export type RegisterPatientMutation = { readonly PatientCreate: { readonly id: string | null, readonly meta: { readonly versionId: string | null } | null } | null };

export type NameFragment = { readonly family: string | null, readonly given: ReadonlyArray<string | null> | null };

export const NameFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Name"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"HumanName"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"family"}},{"kind":"Field","name":{"kind":"Name","value":"given"}}]}}]} as unknown as DocumentNode<NameFragment, unknown>;
export const PatientsWithConditionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PatientsWithConditions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"family"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"count"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"PatientList"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"family"},"value":{"kind":"ListValue","values":[{"kind":"Variable","name":{"kind":"Name","value":"family"}}]}},{"kind":"Argument","name":{"kind":"Name","value":"_count"},"value":{"kind":"Variable","name":{"kind":"Name","value":"count"}}},{"kind":"Argument","name":{"kind":"Name","value":"_sort"},"value":{"kind":"StringValue","value":"_id","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"birthDate"}},{"kind":"Field","name":{"kind":"Name","value":"name"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"use"},"value":{"kind":"StringValue","value":"official","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"generalPractitioner"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"optional"},"value":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Practitioner"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Name"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"ConditionList"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"_reference"},"value":{"kind":"StringValue","value":"patient","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Name"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"HumanName"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"family"}},{"kind":"Field","name":{"kind":"Name","value":"given"}}]}}]} as unknown as DocumentNode<PatientsWithConditionsQuery, PatientsWithConditionsQueryVariables>;
export const RegisterPatientDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RegisterPatient"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"res"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PatientInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ifNoneExist"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"PatientCreate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"res"},"value":{"kind":"Variable","name":{"kind":"Name","value":"res"}}},{"kind":"Argument","name":{"kind":"Name","value":"ifNoneExist"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ifNoneExist"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"meta"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"versionId"}}]}}]}}]}}]} as unknown as DocumentNode<RegisterPatientMutation, RegisterPatientMutationVariables>;