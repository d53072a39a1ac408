import type { PlaywrightTest } from '../../model/playwright.ts';
import { type Database, storable } from '../database/database.ts';

/** The tests that a Playwright project listed. */
export interface PlaywrightList {
  /** Of the test module that has the project. */
  commit: string;
  listedAt: Date;
  tests: PlaywrightTest[];
}

interface Row {
  commit_id: string;
  listed_at: Date;
  tests: PlaywrightTest[];
}

export type PlaywrightLists = ReturnType<typeof createPlaywrightLists>;

const listOf = (row: Row): PlaywrightList => ({
  commit: row.commit_id,
  listedAt: row.listed_at,
  tests: row.tests,
});

/** The tests of Playwright that the last run on each environment listed. */
export function createPlaywrightLists({ database }: { database: Database }) {
  return {
    async save(
      environmentId: number,
      { commit, tests }: Pick<PlaywrightList, 'commit' | 'tests'>,
    ): Promise<void> {
      await database.query(
        `INSERT INTO playwright_list (environment_id, commit_id, tests) VALUES ($1, $2, $3::jsonb)
         ON CONFLICT (environment_id) DO UPDATE SET
           commit_id = excluded.commit_id, tests = excluded.tests, listed_at = now()`,
        [environmentId, commit, storable(JSON.stringify(tests))],
      );
    },

    /** `undefined` before the first run with tests of Playwright. */
    async get(environmentId: number): Promise<PlaywrightList | undefined> {
      const [row] = await database.query<Row>(
        'SELECT commit_id, listed_at, tests FROM playwright_list WHERE environment_id = $1',
        [environmentId],
      );
      return row && listOf(row);
    },

    /** The newest list of any environment. */
    async last(): Promise<PlaywrightList | undefined> {
      const [row] = await database.query<Row>(
        'SELECT commit_id, listed_at, tests FROM playwright_list ORDER BY listed_at DESC, environment_id LIMIT 1',
      );
      return row && listOf(row);
    },
  };
}
