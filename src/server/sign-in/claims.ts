import type { OidcConfig } from '../../config/config.ts';
import { Fault } from '../../faults/fault.ts';
import { isUserName, type Role, roles } from '../../model/access.ts';

/** The claims of an OpenID provider about a user. */
export type Claims = Record<string, unknown>;

/** The name and role of a user, by the claims of the provider. Errors: OIDC_REFUSED without a usable name or a role. */
export function userOf(claims: Claims, config: OidcConfig): { name: string; role: Role } {
  const name = [claimOf(claims, config.userClaim), claims['email']].find(
    (each): each is string => typeof each === 'string' && isUserName(each),
  );
  if (name === undefined) {
    throw new Fault('OIDC_REFUSED', `The provider sent no usable name in the claim ${config.userClaim}.`);
  }
  const role = roleOf(claimOf(claims, config.roleClaim), config.values);
  if (role === undefined) {
    throw new Fault('OIDC_REFUSED', `Nothing in the claim ${config.roleClaim} of ${name} gives a role.`);
  }
  return { name, role };
}

/** The highest role that a value of the claim grants. */
function roleOf(claim: unknown, values: Record<Role, string[]>): Role | undefined {
  const claimValues = new Set<unknown>(Array.isArray(claim) ? claim : [claim]);
  return roles
    .toReversed()
    .find((role) => values[role].some((value) => value === '*' || claimValues.has(value)));
}

/** A claim by its name; `realm_access.roles` also matches `roles` within `realm_access`. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((outer, key) => {
    return typeof outer === 'object' && outer !== null && Object.hasOwn(outer, key)
      ? (outer as Claims)[key]
      : undefined;
  }, claims);
}
