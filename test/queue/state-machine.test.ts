import { expect, it } from 'vitest';
import { kinds, openTestDatabase } from '../support/database.ts';
import { compareWithModel } from './state-machine.ts';

it.each(kinds)('the queue on %s does what its model does, in any order of things', async (kind) => {
  const opened = await openTestDatabase(kind);
  try {
    await compareWithModel(opened, 30);
  } finally {
    await opened.close();
  }
  expect.hasAssertions();
});
