import { expect, it } from 'vitest';
import { isFault } from '../../faults/fault.ts';
import { readRecords } from './read-records.ts';
import { type Source, type SourceTable, sourceTableNames, sourceTables } from './source.ts';

const options = { time: () => undefined, withoutHistory: false, since: undefined };

/** A source with one environment, whose tables have the columns that every version has, without these. */
function sourceWithout(table: SourceTable, column?: string): Source {
  const tables = sourceTableNames.flatMap((name) => {
    if (name === table && column === undefined) return [];
    const columns: readonly string[] = sourceTables[name].columns;
    return [[name, columns.filter((each) => name !== table || each !== column)] as const];
  });
  return {
    description: 'a source',
    columns: new Map(tables),
    async *rows() {
      yield { table: 'matre_test_environments', row: { id: '1', name: 'Shop', code: 'us', is_active: '1' } };
    },
    close: async () => {},
  };
}

it('lists a table that the source does not have', async () => {
  const { environments, problems } = await readRecords(sourceWithout('matre_cron_jobs'), options);
  expect(environments).toHaveLength(1);
  expect(problems).toEqual([
    { kind: 'table', name: 'matre_cron_jobs', reason: expect.stringContaining('does not have it') },
  ]);
});

it('refuses a source that lacks a column of every known version', async () => {
  const error = await readRecords(sourceWithout('matre_users', 'is_active'), options).catch(
    (reason: unknown) => reason,
  );
  expect(isFault(error, 'IMPORT_SOURCE_INVALID')).toBe(true);
  expect(String(error)).toContain('matre_users has no is_active');
});
