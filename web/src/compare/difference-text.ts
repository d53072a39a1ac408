import type { CompareView, DifferenceView } from '#src/operations/compare/compare-view.ts';
import type { NoteView } from '#src/operations/triage/note-view.ts';
import { briefMessage } from '../ui/brief-message.ts';

/** The causes of a comparison by their ids. */
export type Causes = ReadonlyMap<string, CompareView['causes'][number]>;

/** How a test differs, in the order of the list. */
export const differenceWords: Record<DifferenceView['difference'], string> = {
  outcome: 'Outcome',
  cause: 'Cause',
  duration: 'Duration',
  'only-a': 'Only in A',
  'only-b': 'Only in B',
};

/** The message of the failure in B, else of that in A; both where only the causes differ. */
export function messageOf({ a, b, difference }: DifferenceView, causes: Causes): string {
  const text = (cause: string | null | undefined) =>
    cause ? briefMessage(causes.get(cause)?.message ?? '') : '';
  if (difference === 'cause') return [text(a?.cause), text(b?.cause)].map((each) => each || '–').join(' → ');
  return text(b?.cause) || text(a?.cause);
}

/** What is known about the causes of a test, those of A first. */
export function notesOf({ a, b }: DifferenceView, causes: Causes): NoteView[] {
  const own = new Set([a?.cause, b?.cause]);
  return [...own].flatMap((cause) => causes.get(cause ?? '')?.note ?? []);
}

/** The change from A to B of a test that differs by its duration: `+180 %`. */
export function changeOfDuration({ a, b, difference }: DifferenceView): string | undefined {
  if (difference !== 'duration' || !a?.durationMs || b?.durationMs == null) return undefined;
  const percent = Math.round((b.durationMs / a.durationMs - 1) * 100);
  return percent < 0 ? `−${-percent} %` : `+${percent} %`;
}
