import { useQuery } from '@tanstack/react-query';
import { CauseNote } from '../../triage/cause-note.tsx';
import { resultsQuery } from '../queries.ts';

/** What is known about a cause of failures of a run. */
export function KnownCause({ runId, cause }: { runId: number; cause: string }) {
  const { data: note = null } = useQuery({
    ...resultsQuery(runId),
    select: ({ causes }) => causes.find((each) => each.cause === cause)?.note ?? null,
  });
  return <CauseNote cause={cause} note={note} />;
}
