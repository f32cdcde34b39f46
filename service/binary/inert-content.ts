/** Content that a browser shows without running anything in it; whatever else there is, is to be saved, not opened. */
const INERT =
  /^(?:(?:image|audio|video)\/[a-z0-9.-]+|text\/(?:plain|csv)|application\/(?:pdf|json|dicom|octet-stream))$/

export const isInert = (contentType: string): boolean =>
  INERT.test((contentType.split(';', 1)[0] ?? '').trim().toLowerCase())
