import { defineConfig } from 'vitest/config'

// Installs a copy of the repository over the network: minutes, not milliseconds.
export default defineConfig({
  test: {
    include: ['test/newcomer/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
