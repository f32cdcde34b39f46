export {
  type EmbeddedEngine,
  openEmbedded,
  type PrimaryEngine,
  type PrimaryOptions,
  type WorkerOptions,
} from './open-embedded.ts'
