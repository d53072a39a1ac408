import type { Artifact } from './artifacts.ts';

/** A chunk of a file that is uploaded. */
export interface FileChunk {
  path: string;
  /** Its offset in the file of the sender. */
  start: number;
  bytes: Buffer;
}

/**
 * Files of runs that every process of the installation can read, composed of chunks that hosts upload. A sender is one
 * folder of a run on one host; a log has several senders when its run continued on another host: it is their chunks in the order
 * of arrival. Errors: DATABASE_UNREACHABLE.
 */
export interface BlobStore {
  /** How many bytes of each file of a run have arrived from a sender, by path; `undefined` when there is no such run. */
  arrived(runId: number, sender: string): Promise<Map<string, number> | undefined>;
  /** Appends chunks: all or none. A chunk that does not start where its sender has stopped is left out. */
  put(runId: number, sender: string, chunks: AsyncIterable<FileChunk>): Promise<void>;
  /** Those of these runs that are finished, by id. */
  finished(runIds: readonly number[]): Promise<number[]>;
  /** The ids of the runs that have files, in order. */
  runs(): Promise<number[]>;
  /** The files of a run, ordered by path. */
  list(runId: number): Promise<Artifact[]>;
  /** The size of a file in bytes; `undefined` when there is no such file. */
  size(runId: number, path: string): Promise<number | undefined>;
  /** At most `limit` bytes from an offset. */
  read(runId: number, path: string, from: number, limit: number): Promise<Buffer>;
  /** Removes all files of a run. False when it had none. */
  remove(runId: number): Promise<boolean>;
}
