import type { Problem as ProblemView } from '#src/server/http/problem.ts';
import { runsDuringOutage } from './outage.ts';

/** A failed request, with the problem details (RFC 9457) of the server. */
export class Problem extends Error {
  /** HTTP status; 0 without a response. */
  readonly status: number;
  /** The fault code, as in `matre show`. */
  readonly code: string;
  readonly meaning: string;
  readonly remedy: string;

  constructor(status: number, details: unknown) {
    const fields = (typeof details === 'object' && details !== null ? details : {}) as Partial<ProblemView>;
    super(fields.detail ?? `The server answered with status ${status}.`);
    this.name = 'Problem';
    this.status = status;
    this.code = fields.code ?? 'UNEXPECTED_ANSWER';
    this.meaning =
      fields.meaning ?? 'The response does not come from matre but from something between it and this page.';
    this.remedy = fields.remedy ?? 'Check the proxy in front of matre.';
  }
}

/** The problem of a request without a response. */
export function unreachable(): Problem {
  return new Problem(0, {
    code: 'SERVER_UNREACHABLE',
    detail: 'The server is unreachable.',
    meaning: `It is restarting, or the network is down. ${runsDuringOutage()}`.trim(),
    remedy: 'Nothing: the page retries automatically.',
  });
}

/** Converts any error into a problem. An error that is not a `Problem` is a bug of the page. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, {
    code: 'PAGE_FAULT',
    detail: error instanceof Error ? error.message : String(error),
    meaning: 'This is a bug in the page. Runs are not affected.',
    remedy: 'Reload the page. If it happens again, report it with the address of the page.',
  });
}
