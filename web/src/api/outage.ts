// The page has one session, which says where the workers are before the server becomes unreachable.
let workersInServer: boolean | undefined;

/** Whether workers run in the process of the server, as the session says (`session.ts`); null when it does not say. */
export function setWorkersInServer(inServer: boolean | null): void {
  workersInServer = inServer ?? undefined;
}

/** What it means for runs that the server is unreachable. Empty until the session was loaded. */
export function runsDuringOutage(): string {
  if (workersInServer === undefined) return '';
  return workersInServer
    ? 'If the server has stopped, runs on its own workers have stopped as well, and continue when it is started again.'
    : 'Runs continue on their workers.';
}
