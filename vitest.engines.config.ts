import { defineConfig } from 'vitest/config'

/** Tests over the real engines: `npm run test:engines`, with Java and Maven. */
export default defineConfig({
  test: {
    include: ['**/*.engines.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    setupFiles: ['test/support/seed.ts'],
    globalSetup: ['test/engines/vitest-setup.ts'],
    maxWorkers: 2,
    // As start.js sets it, and why.
    execArgv: ['--wasm-wrapper-tiering-budget=1000000000'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
