import { expect, test } from 'vitest'
import { nodeProblem } from './check-node.js'

test.each(['v24.0.0', 'v24.21.0', 'v26.1.0', process.version])('%s will do', version => {
  expect(nodeProblem(version)).toBeUndefined()
})

test.each(['v20.17.0', 'v22.22.1', 'v23.11.0'])('%s is too old, and the message says what to do', version => {
  expect(nodeProblem(version)?.split('\n').slice(0, 2)).toEqual([
    `This needs Node 24 or newer, and runs on Node ${version}.`,
    'Start it through npm (npm start, npm run load): npm install brings Node 24, and npm finds it first.',
  ])
})
