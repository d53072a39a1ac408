import type { SecretBox } from '../../crypto/secret-box.ts';
import { Fault } from '../../faults/fault.ts';
import { isVariableName, type Variable } from '../../model/environment.ts';
import { notifyChange, type Queryable } from '../database/database.ts';

/** The scope of variables: one environment, by its id, or all. */
export type Scope = number | 'global';

export interface NewVariable {
  name: string;
  value: string;
  secret: boolean;
}

export type Variables = ReturnType<typeof createVariables>;

export function createVariables(deps: { database: Queryable; secrets: SecretBox }) {
  const { database, secrets } = deps;
  return {
    /** Adds or replaces a variable; a secret is encrypted. Errors: INPUT_INVALID for a bad name; ENVIRONMENT_UNKNOWN. */
    async set(scope: Scope, { name, value, secret }: NewVariable): Promise<void> {
      if (!isVariableName(name))
        throw new Fault('INPUT_INVALID', `${JSON.stringify(name)} cannot be the name of a variable.`);
      const stored = secret ? secrets.encrypt(value, contextOf(scope, name)) : value;
      const rows = await database.query(
        `INSERT INTO variable (environment_id, name, value, secret)
         SELECT $1::int, $2, $3, $4
         WHERE $1::int IS NULL OR EXISTS (SELECT FROM environment WHERE id = $1::int AND removed_at IS NULL)
         ON CONFLICT (coalesce(environment_id, 0), name)
         DO UPDATE SET value = excluded.value, secret = excluded.secret
         RETURNING id`,
        [idOf(scope), name, stored, secret],
      );
      if (rows.length === 0) throw new Fault('ENVIRONMENT_UNKNOWN', `There is no environment ${scope}.`);
      await notifyChange(database, changeOf(scope));
    },

    /** Removes a variable. False when it does not exist. */
    async unset(scope: Scope, name: string): Promise<boolean> {
      const rows = await database.query(
        'DELETE FROM variable WHERE environment_id IS NOT DISTINCT FROM $1::int AND name = $2 RETURNING id',
        [idOf(scope), name],
      );
      if (rows.length > 0) await notifyChange(database, changeOf(scope));
      return rows.length > 0;
    },

    /** The variables by name; secret ones without their value. */
    async list(scope: Scope): Promise<Variable[]> {
      const rows = await read(scope);
      return rows.map(({ name, value, secret }) => ({ name, value: secret ? undefined : value, secret }));
    },

    /** The variables by name, with the decrypted values of secret ones: only for the runner and the import. Errors: SECRET_KEY_WRONG. */
    async readAll(scope: Scope): Promise<NewVariable[]> {
      const rows = await read(scope);
      return rows.map((row) =>
        row.secret ? { ...row, value: secrets.decrypt(row.value, contextOf(scope, row.name)) } : row,
      );
    },
  };

  function read(scope: Scope): Promise<NewVariable[]> {
    return database.query<NewVariable>(
      `SELECT name, value, secret FROM variable WHERE environment_id IS NOT DISTINCT FROM $1::int ORDER BY name`,
      [idOf(scope)],
    );
  }
}

const idOf = (scope: Scope) => (scope === 'global' ? null : scope);

const changeOf = (scope: Scope) => (scope === 'global' ? 'environments' : (`environment ${scope}` as const));

function contextOf(scope: Scope, name: string): string {
  return scope === 'global' ? `variable/${name}` : `environment/${scope}/variable/${name}`;
}
