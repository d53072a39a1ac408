import { demandsSecondFactor, type Principal, type SecondFactorDemand } from '../../model/access.ts';

/**
 * Whether a principal may only set up a second factor: a user who signed in with a password, whose role demands one. Programs with a token
 * and users of an OpenID provider are not asked for it.
 */
export function lacksSecondFactor(principal: Principal | undefined, demand: SecondFactorDemand): boolean {
  return principal?.hasSecondFactor === false && demandsSecondFactor(demand, principal.role);
}
