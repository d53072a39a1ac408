import { Problem, unreachable } from '../api/problem.ts';

/** A file of a run as text. Rejects with a `Problem`. */
export async function readText(address: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(address, { signal }).catch((error) => {
    if (signal.aborted) throw error;
    throw unreachable();
  });
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => undefined));
  return response.text();
}
