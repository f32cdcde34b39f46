// Plain JavaScript of long ago: an old Node must be able to read this file to say that it is too old.

/** From this version on Node runs the TypeScript sources as they are and has node:sqlite and JSON.rawJSON. */
const NODE_MAJOR_MIN = 24

/**
 * @param {string} version as process.version gives it
 * @returns {string | undefined} what is wrong and what to do; undefined where the version will do
 */
export function nodeProblem(version) {
  const major = Number(version.replace(/^v/, '').split('.')[0])
  if (major >= NODE_MAJOR_MIN) return undefined
  return [
    `This needs Node ${NODE_MAJOR_MIN} or newer, and runs on Node ${version}.`,
    `Start it through npm (npm start, npm run load): npm install brings Node ${NODE_MAJOR_MIN}, and npm finds it first.`,
    `Where it could not (Alpine, other processors, --omit=optional), install Node ${NODE_MAJOR_MIN} yourself.`,
  ].join('\n')
}

/** Ends the process with a sentence where this Node can't run the sources. */
export function checkNode() {
  const problem = nodeProblem(process.version)
  if (problem === undefined) return
  console.error(problem)
  process.exit(1)
}
