/** The claim that results belong to. */
export interface ClaimKey {
  runId: number;
  fence: number;
}
