import { Fault } from '../../faults/fault.ts';
import type { CauseNote, NoteKind } from '../../model/cause-note.ts';
import { type Database, type Queryable, storable } from '../database/database.ts';

export type NewCauseNote = Omit<CauseNote, 'revision' | 'updatedAt'>;

export type CauseNotes = ReturnType<typeof createCauseNotes>;

export function createCauseNotes({ database }: { database: Database }) {
  return {
    /** The notes of these causes, by cause. */
    async ofCauses(causes: readonly string[]): Promise<Map<string, CauseNote>> {
      if (causes.length === 0) return new Map();
      const notes = await select(database, 'cause = ANY ($1::text[])', [causes]);
      return new Map(notes.map((note) => [note.cause, note]));
    },

    /** All notes, at most `limit`, the last changed first. */
    list: (limit: number): Promise<CauseNote[]> =>
      select(database, 'true ORDER BY updated_at DESC, cause LIMIT $1', [limit]),

    /**
     * Writes the note of a cause. `revision` is that of the note which it replaces, 0 for a new one. Errors: NOTE_CHANGED when another
     * user wrote or removed it meanwhile.
     */
    async set(note: NewCauseNote, revision: number): Promise<CauseNote> {
      const { cause, kind, link, owner, updatedBy } = note;
      const values = [cause, kind, text(note.note), text(link), text(owner), updatedBy];
      const rows =
        revision === 0
          ? await database.query<NoteRow>(
              `INSERT INTO cause_note (cause, kind, note, link, owner, updated_by) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT DO NOTHING RETURNING *`,
              values,
            )
          : await database.query<NoteRow>(
              `UPDATE cause_note SET kind = $2, note = $3, link = $4, owner = $5, updated_by = $6, updated_at = now(),
                 revision = DEFAULT
               WHERE cause = $1 AND revision = $7 RETURNING *`,
              [...values, revision],
            );
      const [row] = rows;
      if (row === undefined) throw await changed(database, cause);
      return toNote(row);
    },

    /** Removes the note of a cause, and returns it. Errors: NOTE_UNKNOWN, NOTE_CHANGED. */
    async remove(cause: string, revision: number): Promise<CauseNote> {
      const [row] = await database.query<NoteRow>(
        'DELETE FROM cause_note WHERE cause = $1 AND revision = $2 RETURNING *',
        [cause, revision],
      );
      if (row !== undefined) return toNote(row);
      const [current] = await select(database, 'cause = $1', [cause]);
      if (!current) throw new Fault('NOTE_UNKNOWN', `There is no note of cause ${cause}.`);
      throw await changed(database, cause);
    },
  };
}

async function changed(database: Queryable, cause: string): Promise<Fault> {
  const [current] = await select(database, 'cause = $1', [cause]);
  return new Fault(
    'NOTE_CHANGED',
    current
      ? `${current.updatedBy} changed the note of cause ${cause} at ${current.updatedAt.toISOString()}.`
      : `The note of cause ${cause} was removed.`,
  );
}

interface NoteRow {
  cause: string;
  kind: NoteKind;
  note: string | null;
  link: string | null;
  owner: string | null;
  revision: number;
  updated_by: string;
  updated_at: Date;
}

/** `condition` may end in its own order and limit. */
async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<CauseNote[]> {
  const rows = await database.query<NoteRow>(`SELECT * FROM cause_note WHERE ${condition}`, parameters);
  return rows.map(toNote);
}

function toNote(row: NoteRow): CauseNote {
  const { cause, kind, note, link, owner, revision, updated_by, updated_at } = row;
  return {
    cause,
    kind,
    note: note ?? undefined,
    link: link ?? undefined,
    owner: owner ?? undefined,
    revision,
    updatedBy: updated_by,
    updatedAt: updated_at,
  };
}

const text = (value: string | undefined) => (value === undefined ? null : storable(value));
