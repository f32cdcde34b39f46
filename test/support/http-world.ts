/** A gateway that clients reach over HTTP, whatever it runs over. */
export interface HttpWorld {
  /** Of FHIR REST. */
  readonly baseUrl: string
  readonly graphqlUrl: string
  close(): Promise<void>
}
