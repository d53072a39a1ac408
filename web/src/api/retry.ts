import type { Problem } from './problem.ts';

/** Faults that end within seconds without a change: no response at all, and a database that restarts. */
const briefFaults: ReadonlySet<string> = new Set(['SERVER_UNREACHABLE', 'DATABASE_UNREACHABLE']);
/** What a proxy answers while its server restarts. */
const gatewayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Whether the same request may succeed within seconds, so that the page repeats it. Every other problem is shown at once, with its
 * remedy. All retries of the page ask this function.
 */
export function isWorthRetry({ code, status }: Pick<Problem, 'code' | 'status'>): boolean {
  return briefFaults.has(code) || (code === 'UNEXPECTED_ANSWER' && gatewayStatuses.has(status));
}
