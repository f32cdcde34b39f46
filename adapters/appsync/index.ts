export {
  AppSyncChangePublisher,
  type UnsignedRequest,
} from './appsync-change-publisher.ts'
