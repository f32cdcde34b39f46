import { checkNode } from './check-node.js'

checkNode()
await import('./load.ts')
