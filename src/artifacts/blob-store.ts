import type { Artifact } from './artifacts.ts';

/** A piece of a file on its way to where everybody can read it. */
export interface Piece {
  path: string;
  /** Where it begins in the file of the sender. */
  start: number;
  bytes: Buffer;
}

/**
 * Files of runs where every process of the installation can read them, put together from pieces that hosts send. A sender is one
 * folder of a run on one host; a log has several when its run went on elsewhere: it is their pieces as they came.
 * Errors: DATABASE_UNREACHABLE.
 */
export interface BlobStore {
  /** How many bytes of each file of a run have come from a sender, by path; `undefined` when there is no such run. */
  arrived(runId: number, sender: string): Promise<Map<string, number> | undefined>;
  /** Puts pieces behind those that are there: all or none. One that does not go on where its sender was is left out. */
  put(runId: number, sender: string, pieces: AsyncIterable<Piece>): Promise<void>;
  /** Those of these runs that are finished. */
  finished(runIds: readonly number[]): Promise<number[]>;
  /** The runs that have files, by number. */
  runs(): Promise<number[]>;
  /** Files of a run, by path. */
  list(runId: number): Promise<Artifact[]>;
  /** Bytes; `undefined` when there is no such file. */
  size(runId: number, path: string): Promise<number | undefined>;
  /** At most `limit` bytes from an offset. */
  read(runId: number, path: string, from: number, limit: number): Promise<Buffer>;
  /** False when there was nothing. */
  remove(runId: number): Promise<boolean>;
}
