/** Who may do what. Each role may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether somebody with a role may do what needs `needed`. */
export function allows(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The lesser of two roles. */
export function lesserRole(one: Role, other: Role): Role {
  return allows(one, other) ? other : one;
}

/**
 * How it is known who asks: `open` where no sign-in is asked for, `local` for a command that works on the database itself,
 * `program` for matre's own doings.
 */
export type Via = 'open' | 'password' | 'oidc' | 'token' | 'local' | 'program';

/** Who asks for something. */
export interface Principal {
  /** Of the user; `token <name> of <user>` for an API token. */
  name: string;
  role: Role;
  via: Via;
  /** The user that it is, or that made the token; absent where no user is. */
  accountId?: number;
}

/** matre itself, where nobody asked. */
export const matreItself: Principal = { name: 'matre', role: 'admin', via: 'program' };

/** A name that users sign in with. No blanks, so that nobody can be mistaken for a token. */
export function isUserName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u.test(name);
}
