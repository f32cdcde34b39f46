export {
  AppSyncChangePublisher,
  type AppSyncChangePublisherParts,
  type UnsignedRequest,
} from './appsync-change-publisher.ts'
