import { Badge } from '@mantine/core';
import type { TestResultView } from '#src/operations/results/results-view.ts';
import { calendarDay } from '../../ui/format.ts';

/** The mark of a failure that a quarantine covered when the run was judged. */
export function QuarantinedBadge({ test: { quarantine } }: { test: TestResultView }) {
  if (quarantine === null) return null;
  const { owner, reason, endsAt } = quarantine;
  return (
    <Badge variant="default" size="sm" radius="sm" tt="none" fw={600} title={`${reason} (${owner})`}>
      quarantined until {calendarDay(new Date(endsAt))}
    </Badge>
  );
}
