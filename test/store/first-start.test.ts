import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Starters, startStarters } from '../support/first-start.ts';
import { sharedPostgres } from '../support/postgres.ts';

const processes = 16;
/** bench/first-start.ts does it 200 times. */
const rounds = 5;

describe('the first start', () => {
  let postgres: Awaited<ReturnType<typeof sharedPostgres>>;
  let starters: Starters;
  beforeAll(async () => {
    postgres = await sharedPostgres();
    starters = await startStarters(postgres.url, processes);
  }, 300_000);
  afterAll(async () => {
    await starters?.stop();
    await postgres?.drop();
  });

  it('makes one installation with one key when 16 processes start at once', async () => {
    for (let round = 0; round < rounds; round++) {
      const starts = await starters.round();
      expect(starts.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(starts).toEqual(Array.from({ length: processes }, () => starts[0]));
    }
  }, 300_000);
});
