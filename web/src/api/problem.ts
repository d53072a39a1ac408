import type { Problem as ProblemView } from '../../../src/server/http/problem.ts';

/** Why the server did not do what it was asked: the problem details of RFC 9457 that it sends, in words for people. */
export class Problem extends Error {
  /** 0 when no answer came. */
  readonly status: number;
  /** As `matre show` has it. */
  readonly code: string;
  readonly meaning: string;
  readonly remedy: string;

  constructor(status: number, details: unknown) {
    const known = (typeof details === 'object' && details !== null ? details : {}) as Partial<ProblemView>;
    super(known.detail ?? `The server answered with status ${status}.`);
    this.name = 'Problem';
    this.status = status;
    this.code = known.code ?? 'UNEXPECTED_ANSWER';
    this.meaning =
      known.meaning ?? 'The answer is not one of matre; something between it and this page gave it.';
    this.remedy = known.remedy ?? 'Ask whoever runs the proxy in front of matre.';
  }
}

/** No answer came. */
export function unreachable(): Problem {
  return new Problem(0, {
    code: 'SERVER_UNREACHABLE',
    detail: 'The server does not answer.',
    meaning: 'It is being restarted, or the network is away. Runs go on without this page.',
    remedy: 'Nothing: the page tries again by itself.',
  });
}

/** Any error as a problem: what is thrown by the page itself is a mistake of ours. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, {
    code: 'PAGE_FAULT',
    detail: error instanceof Error ? error.message : String(error),
    meaning: 'The page has a fault. Runs are not touched by it.',
    remedy: 'Load the page again. If it comes back, report it with the address of the page.',
  });
}
