import { isForeignHash } from '../../crypto/foreign-hash.ts';
import { isUserName } from '../../model/access.ts';
import type { PhpUser } from '../records.ts';
import type { Item, Mapped } from './item.ts';

export interface MappedUsers extends Mapped {
  /** The names here by id there. */
  names: Map<number, string>;
}

/** Users with their passwords: the hash is taken over, and replaced by one of matre when the user signs in. */
export function mapUsers(users: readonly PhpUser[]): MappedUsers {
  const mapped: MappedUsers = { items: [], leftovers: [], names: new Map() };
  // Active ones first: the last admin cannot be deactivated.
  const ordered = [...users].sort((one, other) => Number(other.active) - Number(one.active));
  for (const user of ordered) {
    const { id, name, roles, passwordHash } = user;
    const reason = !isUserName(name)
      ? 'the name cannot be that of a user here'
      : isForeignHash(passwordHash)
        ? undefined
        : 'the password is stored in an unknown form; add the user with `matre user add`';
    if (reason !== undefined) {
      mapped.leftovers.push({ kind: 'user', name, reason });
      continue;
    }
    mapped.names.set(id, name);
    // Users without the role of an admin can only look at runs there.
    const role = roles.includes('ROLE_ADMIN') ? 'admin' : 'viewer';
    const notes = user.secondFactor ? ['the second factor is not taken over'] : [];
    mapped.items.push({
      ...{ kind: 'user', sourceId: String(id), there: name, here: name, notes },
      fields: { role, password: passwordHash, ...(!user.active && { deactivated: 'true' }) },
    } satisfies Item);
  }
  return mapped;
}
