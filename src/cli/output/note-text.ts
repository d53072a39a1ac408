import type { NoteView } from '../../operations/triage/note-view.ts';
import { clean } from './format.ts';

const kinds = {
  product: 'the shop is at fault',
  test: 'the test is at fault',
  environment: 'the environment is at fault',
  investigate: 'to investigate',
} as const;

/** What is known about a cause, on one line: `the shop is at fault (alice): since the coupon rework, https://...`. */
export function noteText({ kind, owner, note, link }: NoteView): string {
  const details = [note, link].filter((each) => each !== null).join(', ');
  return clean(`${kinds[kind]}${owner === null ? '' : ` (${owner})`}${details === '' ? '' : `: ${details}`}`);
}
