/** Base R4 search parameters that no resource has a value of, with the reason. May only shrink. */
export const PARAMETERS_WITHOUT_VALUES: Readonly<Record<string, string>> = {}
