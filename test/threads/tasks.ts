/** Tasks for the tests of worker threads. */
import { Fault } from '../../src/faults/fault.ts';
import { defineTask } from '../../src/threads/task.ts';

/** Keeps its thread busy until others have counted up to `until`; returns how far they came. */
export const spin = defineTask(
  import.meta.url,
  'spin',
  async ({ counter, until }: { counter: Int32Array; until: number }) => {
    while (Atomics.load(counter, 0) < until);
    return Atomics.load(counter, 0);
  },
);

export const fail = defineTask(import.meta.url, 'fail', async ({ message }: { message: string }) => {
  throw new Fault('MODULE_INVALID', message);
});

let calls = 0;
export const countCalls = defineTask(import.meta.url, 'countCalls', async (_: object) => {
  calls += 1;
  return calls;
});

export const hang = defineTask(import.meta.url, 'hang', async (_: object): Promise<void> => {
  for (;;);
});

export const fillMemory = defineTask(import.meta.url, 'fillMemory', async (_: object): Promise<number> => {
  const kept: object[] = [];
  for (;;) kept.push({ number: kept.length, text: `text ${kept.length}` });
});

export const answerOf = defineTask(import.meta.url, 'answerOf', async ({ bytes }: { bytes: number }) =>
  'x'.repeat(bytes),
);
