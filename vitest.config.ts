import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // graphql-js must be there once: what is not inlined takes its CommonJS build, the tests its modules.
    server: { deps: { inline: [/@graphql-tools/] } },
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'data/**', '.cache/**', 'test/newcomer/**', '**/*.engines.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    // Two cores: more processes only make each test file wait longer for its own imports.
    maxWorkers: 2,
    // As start.js sets it, and why.
    execArgv: ['--wasm-wrapper-tiering-budget=1000000000'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
