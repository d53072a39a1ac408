/** What makes tests fail with a cause, as far as users know; `investigate`: not known yet. */
export const noteKinds = ['product', 'test', 'environment', 'investigate'] as const;
export type NoteKind = (typeof noteKinds)[number];

/** What users know about a cause of failures. */
export interface CauseNote {
  cause: string;
  kind: NoteKind;
  note: string | undefined;
  /** The address of an issue. */
  link: string | undefined;
  owner: string | undefined;
  /** Changes with each change of the note, and is never used again. */
  revision: number;
  updatedBy: string;
  updatedAt: Date;
}
