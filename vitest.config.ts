import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'data/**', '.cache/**', 'test/newcomer/**', '**/*.engines.test.ts'],
    // Two cores: more processes only make each test file wait longer for its own imports.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
