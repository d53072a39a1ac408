import { causeOf } from '../../../src/model/failure.ts';
import type { Context } from '../../../src/operations/core/context.ts';
import { insertRows, minutesAgo } from './insert.ts';
import { failureMessages, pauseReason, suites, testName, userName } from './names.ts';

/** Quarantines of tests and notes of the causes of failures, with the longest texts. */
export async function addTriage({ database }: Pick<Context, 'database'>): Promise<void> {
  const causes = [...new Set(failureMessages.flatMap((message) => causeOf(message) ?? []))];
  const quarantines = Array.from({ length: 30 }, (_, index) => ({
    ...{ id: index + 1, test: testName(index), suite: index % 3 === 0 ? suites[0] : '' },
    ...{ environment_id: index % 2 === 0 ? index + 1 : null, causes, owner: userName(index) },
    ...{ reason: pauseReason, created_by: userName(0), created_at: minutesAgo(3_000) },
    ends_at: minutesAgo(-1_440 * (index + 1)),
  }));
  await insertRows(database, 'quarantine', quarantines);
  const notes = causes.map((cause, index) => ({
    ...{ cause, kind: ['product', 'test', 'environment', 'investigate'][index % 4], note: pauseReason },
    link: `https://tracker.northern-warehouse.example.org/browse/${'SHOP'.repeat(20)}-${index}`,
    ...{
      owner: userName(index),
      revision: index + 1,
      updated_by: userName(0),
      updated_at: minutesAgo(index),
    },
  }));
  await insertRows(database, 'cause_note', notes);
}
