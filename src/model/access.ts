import { nameKey } from './name-key.ts';
import { hiddenCharacter } from './visible-text.ts';

/** The roles of users and tokens; each includes the rights of those before it. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether a role includes the rights of another. */
export function allows(role: Role, required: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(required);
}

/** The role with fewer rights. */
export function lesserRole(one: Role, other: Role): Role {
  return allows(one, other) ? other : one;
}

/**
 * How a principal is authenticated: `open` where sign-in is off, `local` for a command on the database or the data folder,
 * `program` for actions of matre itself.
 */
export type Via = 'open' | 'password' | 'oidc' | 'token' | 'local' | 'program';

/** The user, token or program that makes a request. */
export interface Principal {
  /** The name of the user; `token <name> of <user>` for an API token. */
  name: string;
  role: Role;
  via: Via;
  /** The user, or the user that created the token; absent where there is none. */
  accountId?: number;
  /** The API token, if it is one of the database. */
  tokenId?: number;
  /** The digest of the secret of the browser session, if the request has one. */
  session?: string;
  /** Of a session that began with a password: whether the user has a second factor. */
  hasSecondFactor?: boolean;
}

/** The users who must have a second factor: none, or those of a role and of the roles above it. */
export type SecondFactorDemand = 'off' | Role;

/** Whether users of a role must have a second factor. */
export function demandsSecondFactor(demand: SecondFactorDemand, role: Role): boolean {
  return demand !== 'off' && allows(role, demand);
}

/**
 * Who owns what a principal creates, as a text: the user, also for tokens of the user; for a token without a user the token itself.
 * Different for principals that must not see what the other one gets.
 */
export function ownerOf({ accountId, tokenId, via, name }: Principal): string {
  if (accountId !== undefined) return `account ${accountId}`;
  return tokenId === undefined ? `${via}: ${name}` : `token ${tokenId}`;
}

/** Whether a principal is one of several: without sign-in all users are the same, and so are commands on the machine. */
export const isSignedIn = ({ via }: Principal): boolean =>
  via === 'password' || via === 'oidc' || via === 'token';

/** matre itself, for actions without a request. */
export const matreItself: Principal = { name: 'matre', role: 'admin', via: 'program' };

/**
 * Whether a text can be the name of a new user. No blanks, so that no user can be mistaken for a token; also none in its key, to which
 * NFKC may add some (as to a ligature of words). Some letters are invisible, such as the filler U+3164.
 */
export function isUserName(name: string): boolean {
  return (
    /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u.test(name) &&
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,199}$/u.test(nameKey(name)) &&
    hiddenCharacter(name) === undefined
  );
}
