// node .ci/count-tests.js REPORT EXIT_CODE: prints "passed failed" of vitest's JSON report.
import { readFileSync } from 'node:fs'

const [report = '', exitCode = '1'] = process.argv.slice(2)
const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
const assertions = testResults.flatMap(file => file.assertionResults)
const failedTests = assertions.filter(({ status }) => status === 'failed').length
// A file that doesn't even load has no tests that could fail.
const brokenFiles = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.every(each => each.status !== 'failed'),
).length
const failed = failedTests + brokenFiles
console.log(numPassedTests, failed === 0 && exitCode !== '0' ? 1 : failed)
