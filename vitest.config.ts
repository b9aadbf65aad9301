import { defineConfig } from 'vitest/config'

export default defineConfig({
  // vite would load GraphQL's other build for us than Node does for the libraries: two of it do not know each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    // Processes, not threads: native add-ons live once in each, and one that crashes takes its own file with it only.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes when it comes: on a busy machine, too.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['./test/support/say-skipped.ts', 'default'],
    // A test says what it does; the product's own logs would drown it.
    env: { LOG_LEVEL: 'silent' },
  },
})
