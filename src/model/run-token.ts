/**
 * The token that marks the processes of a run under one fence, in its containers and in the names of its browser sessions.
 * Processes are killed by this token.
 */
export function runToken({ runId, fence }: { runId: number; fence: number }): string {
  return `run-${runId}-${fence}`;
}
