import { expect, it } from 'vitest';
import { kinds, openTestDatabase } from '../support/database.ts';
import { compareWithModel } from './state-machine.ts';

it.each(kinds)('the queue on %s behaves like its model, for any order of operations', async (kind) => {
  const testDatabase = await openTestDatabase(kind);
  try {
    await compareWithModel(testDatabase, 30);
  } finally {
    await testDatabase.close();
  }
  expect.hasAssertions();
});
