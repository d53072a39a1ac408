import type { DifferenceView } from '#src/operations/compare/compare-view.ts';
import { briefMessage } from '../ui/brief-message.ts';

/** How a test differs, in the order of the list. */
export const differenceWords: Record<DifferenceView['difference'], string> = {
  outcome: 'Outcome',
  cause: 'Cause',
  duration: 'Duration',
  'only-a': 'Only in A',
  'only-b': 'Only in B',
};

/** The message of the failure in B, else of that in A; both where only the causes differ. `messages`: by cause. */
export function messageOf(
  { a, b, difference }: DifferenceView,
  messages: ReadonlyMap<string, string>,
): string {
  const text = (cause: string | null | undefined) => (cause ? briefMessage(messages.get(cause) ?? '') : '');
  if (difference === 'cause') return [text(a?.cause), text(b?.cause)].map((each) => each || '–').join(' → ');
  return text(b?.cause) || text(a?.cause);
}

/** The change from A to B of a test that differs by its duration: `+180 %`. */
export function changeOfDuration({ a, b, difference }: DifferenceView): string | undefined {
  if (difference !== 'duration' || !a?.durationMs || b?.durationMs == null) return undefined;
  const percent = Math.round((b.durationMs / a.durationMs - 1) * 100);
  return percent < 0 ? `−${-percent} %` : `+${percent} %`;
}
