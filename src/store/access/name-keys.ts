import type { Logger } from '../../log.ts';
import { matreItself } from '../../model/access.ts';
import { maxUserNameLength } from '../../model/limits.ts';
import { nameKey } from '../../model/name-key.ts';
import { advisoryLocks } from '../database/advisory-locks.ts';
import type { Database } from '../database/database.ts';
import { createAudit } from './audit.ts';

/**
 * Fills in the keys of user names from before there were keys. Of users whose names now are the same, the oldest keeps the name; the number
 * of the user is appended to the others, which the log and the audit trail say.
 */
export async function fillNameKeys({ database, log }: { database: Database; log: Logger }): Promise<void> {
  const [missing] = await database.query('SELECT FROM account WHERE name_key IS NULL LIMIT 1');
  if (!missing) return;
  await database.transaction(async (transaction) => {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.schema]);
    const rows = await transaction.query<{ id: number; name: string; name_key: string | null }>(
      'SELECT id, name, name_key FROM account ORDER BY id',
    );
    const names = new Map(
      rows.flatMap(({ name, name_key }) => (name_key === null ? [] : [[name_key, name]])),
    );
    for (const { id, name, name_key } of rows) {
      if (name_key !== null) continue;
      const newName = freeName(name, id, names);
      await transaction.query('UPDATE account SET name = $2, name_key = $3 WHERE id = $1', [
        id,
        newName,
        nameKey(newName),
      ]);
      if (newName !== name) {
        const other = names.get(nameKey(name));
        log.warn({ user: name, renamed: newName, other }, 'User renamed, because another has the same name');
        const subject = `${name} to ${newName}, because ${other} is the same name`;
        const entry = { principal: matreItself, address: undefined, operation: 'users.rename', subject };
        await createAudit({ database: transaction }).record(entry, 'done');
      }
      names.set(nameKey(newName), newName);
    }
  });
}

/** The name itself, or with a number when its key is taken. */
function freeName(name: string, id: number, names: ReadonlyMap<string, string>): string {
  let free = name;
  for (let number = id; names.has(nameKey(free)); number += 1) {
    const suffix = `-${number}`;
    free = `${name.slice(0, maxUserNameLength - suffix.length)}${suffix}`;
  }
  return free;
}
