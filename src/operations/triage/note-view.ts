import { z } from 'zod';
import { type CauseNote, noteKinds } from '../../model/cause-note.ts';
import { time } from '../core/fields.ts';

/** What users know about a cause. */
export const noteView = z.object({
  cause: z.string(),
  kind: z.enum(noteKinds).describe('What is at fault; investigate: not known yet'),
  note: z.string().nullable(),
  link: z.string().nullable().describe('Address of an issue, http or https'),
  owner: z.string().nullable(),
  revision: z.number().describe('Sent back with a change, so that no change of another user is lost'),
  updatedBy: z.string(),
  updatedAt: time,
});
export type NoteView = z.output<typeof noteView>;

export function viewNote(note: CauseNote): NoteView {
  return {
    ...note,
    note: note.note ?? null,
    link: note.link ?? null,
    owner: note.owner ?? null,
    updatedAt: note.updatedAt.toISOString(),
  };
}
