import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // A process for each core, whose native libraries can take no other along.
    pool: 'forks',
    // A thread or process for each file took a quarter of the CPU time. So a test leaves nothing
    // behind: what it installs or sets for the process, it takes back.
    isolate: false,
    // By default one core stays idle, and the suite takes twice as long on two.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
