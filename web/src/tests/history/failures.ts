import type { Status } from '#src/model/result.ts';
import type { History } from '../queries.ts';

/** Failed or broken results whose messages differ in numbers only. */
export interface FailureGroup {
  message: string;
  status: Extract<Status, 'failed' | 'broken'>;
  count: number;
  environments: string[];
  latest: { run: number; at: string };
  firstAt: string;
}

/** Groups the failures of a history by message, the latest first. */
export function groupFailures({ rows }: Pick<History, 'rows'>): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  const failures = rows.flatMap(({ environment, cells }) =>
    cells.flatMap((cell) =>
      cell && (cell.status === 'failed' || cell.status === 'broken')
        ? [{ ...cell, status: cell.status, environment }]
        : [],
    ),
  );
  for (const { status, message, environment, run, at } of failures.sort((one, other) =>
    one.at < other.at ? 1 : -1,
  )) {
    const text = message ?? '';
    const key = `${status} ${text.replace(/\d+/g, '#')}`;
    const group = groups.get(key);
    if (group) {
      group.count += 1;
      group.firstAt = at;
      if (!group.environments.includes(environment)) group.environments.push(environment);
    } else {
      groups.set(key, {
        message: text,
        status,
        count: 1,
        environments: [environment],
        latest: { run, at },
        firstAt: at,
      });
    }
  }
  return [...groups.values()];
}
