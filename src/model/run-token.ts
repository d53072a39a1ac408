/**
 * The token that marks the processes of a run under one fence, in its containers and in the names of its browser sessions.
 * Processes are killed by this token.
 */
export function runToken({ runId, fence }: { runId: number; fence: number }): string {
  return `run-${runId}-${fence}`;
}

/**
 * The token of the processes that keep the browsers of a run. It is another one, because clearing what a test left kills every process
 * with the token of the run.
 */
export function browsersToken(claim: { runId: number; fence: number }): string {
  return `${runToken(claim)}.browsers`;
}

/** The token of the run that the processes of a token belong to. */
export function runTokenOf(token: string): string {
  return token.split('.', 1)[0] ?? token;
}
