import { defineConfig } from 'vitest/config';

const underLoad = ['load', 'ledger', 'generations', 'storm', 'siege'].map((name) => `test/process/${name}.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          maxWorkers: '100%',
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: '100%',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'deploy', include: ['test/deploy/**/*.test.ts'], pool: 'forks', maxWorkers: '100%', testTimeout: 60_000 } },
      {
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          exclude: underLoad,
          pool: 'forks',
          // Two files at a time: most of the time they wait for the programs that they have started.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // Beyond the patience of test/process/harness.ts, so that what was awaited is told.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // Each keeps the machine busy by itself.
        test: {
          name: 'load',
          include: underLoad,
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // The lines of the pages use the default port and the default place of the PID file.
        test: {
          name: 'docs',
          include: ['test/docs/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'containers',
          include: ['test/containers/**/*.test.ts'],
          globalSetup: ['test/containers/build.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
      {
        // The same files as in `npm test`, with numbers that take minutes.
        test: {
          name: 'soak',
          include: ['test/process/{ledger,generations,storm,rollback,fuzz,siege,read-and-write}.test.ts'],
          env: { SOAK: 'true' },
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
