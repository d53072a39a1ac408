import { Fault } from '../../faults/fault.ts';
import { isSignedIn, type Principal } from '../../model/access.ts';
import { shownLine } from './fields.ts';

const maxRequesterLength = 200;

export const requestedBy = shownLine(maxRequesterLength)
  .default('api')
  .describe('Name of the requester when sign-in is off; otherwise the signed-in user');

/** In requests of commands on the data folder of the server: their requester, percent-encoded. */
export const requesterHeader = 'x-matre-requester';

/** The requester that a header names; `local` without one. Errors: INPUT_INVALID. */
export function requesterFrom(header: string | string[] | undefined): string {
  if (header === undefined) return 'local';
  const parsed = shownLine(maxRequesterLength).startsWith('cli:').safeParse(decode(header));
  if (parsed.success) return parsed.data;
  throw new Fault(
    'INPUT_INVALID',
    `The header ${requesterHeader} must be "cli:" and a name of at most ${maxRequesterLength} characters, percent-encoded.`,
  );
}

function decode(header: string | string[]): string | undefined {
  try {
    return decodeURIComponent(String(header));
  } catch {
    return undefined;
  }
}

/** Who requested something. The caller may choose a name only when sign-in is off. */
export function requesterOf(principal: Principal, requestedBy: string): string {
  return isSignedIn(principal) ? principal.name : requestedBy;
}
