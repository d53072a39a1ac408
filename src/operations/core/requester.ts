import type { Principal } from '../../model/access.ts';
import { line } from './fields.ts';

export const requestedBy = line(200)
  .default('api')
  .describe('Name of the requester when sign-in is off; otherwise the signed-in user');

/** Who requested something. The caller may choose a name only when sign-in is off. */
export function requesterOf(principal: Principal, requestedBy: string): string {
  const signedIn = principal.via === 'password' || principal.via === 'oidc' || principal.via === 'token';
  return signedIn ? principal.name : requestedBy;
}
