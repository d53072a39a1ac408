import { expect, it } from 'vitest';
import { type Kind, kinds, openTestDatabase } from '../support/database.ts';
import { compareWithModel } from './state-machine.ts';

/** The SQL is the same; a statement takes the embedded database several times the CPU. */
const sequences: Record<Kind, number> = { postgres: 30, embedded: 10 };

it.each(kinds)('the queue on %s behaves like its model, for any order of operations', async (kind) => {
  const testDatabase = await openTestDatabase(kind);
  try {
    await compareWithModel(testDatabase, sequences[kind]);
  } finally {
    await testDatabase.close();
  }
  expect.hasAssertions();
});
