/** Objects that never change, each under a key. Errors: S3_UNREACHABLE, S3_REFUSED. */
export interface ObjectStore {
  /** Resolves when the object is stored as a whole. */
  put(key: string, bytes: Buffer): Promise<void>;
  /** So many bytes of an object from an offset. Errors: also NOT_FOUND. */
  get(key: string, from: number, length: number): Promise<Buffer>;
  /** Removes objects; those that are missing count as removed. */
  remove(keys: readonly string[]): Promise<void>;
  /** A page of the keys that begin with a prefix, in the order of their bytes; `from` is `next` of the page before. */
  list(prefix: string, from?: string): Promise<KeyPage>;
}

export interface KeyPage {
  /** At most 1,000. */
  keys: string[];
  /** `undefined`: there are no more. */
  next: string | undefined;
}
