import { expect, it } from 'vitest';
import config from '../vitest.config.ts';

interface Project {
  readonly test: {
    readonly name: string;
    readonly maxWorkers?: number | string;
    readonly fileParallelism?: boolean;
    readonly sequence?: { readonly groupOrder?: number };
  };
}

// Vitest refuses projects of one group with different numbers of workers, and its default depends on the cores of the machine.
it('projects that run side by side have the same number of workers on every machine', () => {
  const { projects = [] } = (config as { test?: { projects?: readonly Project[] } }).test ?? {};
  const parallel = projects.map(({ test }) => test).filter(({ fileParallelism }) => fileParallelism !== false);
  expect(parallel.length).toBeGreaterThan(2);
  const workers = Object.groupBy(parallel, ({ sequence }) => sequence?.groupOrder ?? 0);
  for (const group of Object.values(workers))
    expect(new Set(group?.map(({ maxWorkers }) => maxWorkers)).size, JSON.stringify(group)).toBe(1);
  expect(parallel.filter(({ maxWorkers }) => maxWorkers === undefined)).toEqual([]);
});
