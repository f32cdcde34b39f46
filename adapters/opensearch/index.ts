export { HttpEngine, type HttpEngineParts } from './engine/http-engine.ts'
export { type AwsCredentials, awsSigner, type SigningParts } from './engine/sign-request.ts'
export {
  abandonRebuild,
  beginRebuild,
  ensureIndex,
  finishRebuild,
  type IndexLifeParts,
  type IndexState,
  purgeDeleted,
  removeIndex,
  stateOf,
} from './index-life.ts'
export type { IndexPlace } from './index-place.ts'
export { DEFAULT_SETTINGS, type IndexSettings } from './mapping.ts'
export { OpenSearchCleaner } from './opensearch-cleaner.ts'
export { OpenSearchIndex, type OpenSearchIndexParts } from './opensearch-index.ts'
export { OpenSearchRebuild } from './opensearch-rebuild.ts'
export { OpenSearchWriter, type WriterParts } from './opensearch-writer.ts'
