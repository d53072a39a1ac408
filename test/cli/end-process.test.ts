import { expect, it } from 'vitest';
import { startChild } from '../support/child.ts';

it('a process with open handles ends with its exit code after all its output is written', async () => {
  const child = startChild(new URL('./open-handles.ts', import.meta.url), []);
  const bytes = { count: 0 };
  child.process.stdout?.on('data', (chunk: Buffer) => {
    bytes.count += chunk.length;
  });
  expect(await child.exited).toBe(7);
  if (!child.process.stdout?.readableEnded)
    await new Promise((resolve) => child.process.on('close', resolve));
  expect(bytes.count).toBe(1_000_000);
});
