/** Identifies a claim of a run. */
export interface ClaimKey {
  runId: number;
  fence: number;
}

/** Identifies a claim in files, which outlive a restore of the database, after which its run and fence may be used again. */
export interface LastingClaimKey extends ClaimKey {
  /** Random, see the column `attempt.identity`; `undefined` in files of versions that did not write it. */
  identity?: string | undefined;
}
