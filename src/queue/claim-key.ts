/** Identifies a claim of a run. */
export interface ClaimKey {
  runId: number;
  fence: number;
}
