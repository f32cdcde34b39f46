/** JSON content of a resource as the service handles it: plain JSON, with decimals that lose nothing. */

/** A number that JSON.parse would change (1.50, 1e3, 20 digits), as JSON.rawJSON makes it. */
export interface RawJson {
  readonly rawJSON: string
}

export type JsonValue = string | number | boolean | null | RawJson | JsonObject | JsonValue[]

export interface JsonObject {
  [name: string]: JsonValue | undefined
}

/** A resource whose structure has been validated. */
export interface ResourceContent extends JsonObject {
  resourceType: string
}
