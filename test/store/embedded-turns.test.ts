import { expect, it } from 'vitest';
import { openTestDatabase } from '../support/database.ts';

it('the embedded database lets the event loop turn in a transaction of many statements', async () => {
  const test = await openTestDatabase('embedded');
  try {
    let turns = 0;
    const count = () => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await test.database.transaction(async (transaction) => {
      // The first may wait for something else.
      await transaction.query('SELECT 1');
      turns = 0;
      for (let at = 0; at < 1_000; at += 1) await transaction.query('SELECT $1::int AS one', [at]);
    });
    clearImmediate(next);
    expect(turns).toBeGreaterThan(0);
  } finally {
    await test.close();
  }
});
