import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { noteKinds } from '../../model/cause-note.ts';
import { maxTriageLinkLength, maxTriageOwnerLength, maxTriageReasonLength } from '../../model/limits.ts';
import type { Context } from '../core/context.ts';
import { cause, shownLine, time, webLink, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { type NoteView, noteView, viewNote } from './note-view.ts';

const maxListed = 1_000;
/** Runs with a cause that are shown with it. */
const maxRuns = 10;

const revision = wholeNumber(0, Number.MAX_SAFE_INTEGER, 'must be the revision of the note');

const causeView = z.object({
  cause: z.string(),
  message: z.string().describe('Message of its newest failure, at most 1,000 characters'),
  seenAt: time.describe('When a test failed with it last'),
  note: noteView.nullable(),
});

export const showCause = defineOperation({
  name: 'causes.show',
  method: 'GET',
  path: '/api/causes/:cause',
  summary: 'Show a cause of failures: its newest message, the runs with it, and what users know about it',
  role: 'viewer',
  audited: false,
  input: z.object({ cause }),
  output: causeView.extend({
    runs: z
      .array(z.object({ id: z.number(), environment: z.string() }))
      .describe(`The newest runs with a failure of this cause, at most ${maxRuns}`),
  }),
  async run(context, { cause }) {
    const { message, at } = await newestOf(context, cause);
    const [notes, same] = await Promise.all([
      context.notes.ofCauses([cause]),
      context.results.sameCauses(0, [cause], maxRuns),
    ]);
    const note = notes.get(cause);
    return {
      cause,
      message,
      seenAt: at.toISOString(),
      note: note ? viewNote(note) : null,
      runs: same.map(({ runId, environment }) => ({ id: runId, environment })),
    };
  },
});

export const listNotes = defineOperation({
  name: 'notes.list',
  method: 'GET',
  path: '/api/notes',
  summary: 'List what users know about causes of failures, the last changed first',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({
    notes: z
      .array(noteView.extend({ message: z.string().nullable(), seenAt: time.nullable() }))
      .describe(`With the message of the newest failure, and when that was. At most ${maxListed}`),
  }),
  async run({ notes, results }) {
    const listed = await notes.list(maxListed);
    const newest = await results.newestOf(listed.map(({ cause }) => cause));
    return {
      notes: listed.map((note) => {
        const failure = newest.get(note.cause);
        return {
          ...viewNote(note),
          message: failure?.message ?? null,
          seenAt: failure?.at.toISOString() ?? null,
        };
      }),
    };
  },
});

export const setNote = defineOperation({
  name: 'notes.set',
  method: 'PUT',
  path: '/api/causes/:cause/note',
  summary: 'Write what is known about a cause of failures; it is shown wherever the cause appears again',
  role: 'operator',
  audited: ({ cause, kind }) => `${cause}: ${kind}`,
  input: z.object({
    cause,
    kind: z.enum(noteKinds),
    note: shownLine(maxTriageReasonLength).nullable().default(null),
    link: webLink(maxTriageLinkLength).nullable().default(null),
    owner: shownLine(maxTriageOwnerLength).nullable().default(null),
    revision: revision.default(0).describe('Of the note that is replaced; 0 for a new one'),
  }),
  output: noteView,
  async run(context, { cause, kind, note, link, owner, revision }, { principal }): Promise<NoteView> {
    await newestOf(context, cause);
    const written = await context.notes.set(
      {
        cause,
        kind,
        note: note ?? undefined,
        link: link ?? undefined,
        owner: owner ?? undefined,
        updatedBy: principal.name,
      },
      revision,
    );
    return viewNote(written);
  },
});

export const removeNote = defineOperation({
  name: 'notes.remove',
  method: 'DELETE',
  path: '/api/causes/:cause/note',
  summary: 'Remove the note of a cause of failures',
  role: 'operator',
  audited: ({ cause }) => cause,
  input: z.object({ cause, revision }),
  output: noteView,
  async run({ notes }, { cause, revision }) {
    return viewNote(await notes.remove(cause, revision));
  },
});

/** The newest failure of a cause. Errors: CAUSE_UNKNOWN. */
async function newestOf({ results }: Context, cause: string): Promise<{ message: string; at: Date }> {
  const newest = (await results.newestOf([cause])).get(cause);
  if (newest === undefined) throw new Fault('CAUSE_UNKNOWN', `No test has failed with cause ${cause}.`);
  return newest;
}
