import type { OidcConfig } from '../../config/config.ts';
import { Fault } from '../../faults/fault.ts';
import { isUserName, type Role, roles } from '../../model/access.ts';

/** What an OpenID provider says of somebody. */
export type Claims = Record<string, unknown>;

/** Who somebody is here, by what the provider says. Errors: OIDC_REFUSED without a usable name or a role. */
export function userOf(claims: Claims, config: OidcConfig): { name: string; role: Role } {
  const name = [claimOf(claims, config.userClaim), claims['email']].find(
    (each): each is string => typeof each === 'string' && isUserName(each),
  );
  if (name === undefined) {
    throw new Fault('OIDC_REFUSED', `The provider gives no usable name in the claim ${config.userClaim}.`);
  }
  const role = roleOf(claimOf(claims, config.roleClaim), config.values);
  if (role === undefined) {
    throw new Fault('OIDC_REFUSED', `Nothing in the claim ${config.roleClaim} of ${name} gives a role.`);
  }
  return { name, role };
}

/** The highest role that a value gives. */
function roleOf(claim: unknown, values: Record<Role, string[]>): Role | undefined {
  const held = new Set<unknown>(Array.isArray(claim) ? claim : [claim]);
  return roles.toReversed().find((role) => values[role].some((value) => value === '*' || held.has(value)));
}

/** By its name; `realm_access.roles` is also `roles` within `realm_access`. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((outer, key) => {
    return typeof outer === 'object' && outer !== null && Object.hasOwn(outer, key)
      ? (outer as Claims)[key]
      : undefined;
  }, claims);
}
