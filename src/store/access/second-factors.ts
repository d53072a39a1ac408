import type { SecretBox } from '../../crypto/secret-box.ts';
import { Fault } from '../../faults/fault.ts';
import type { Database, Queryable } from '../database/database.ts';

/** A set-up that was begun is forgotten after this time. */
const setUpTime = `interval '1 hour'`;

/** A second factor that is in use. */
export interface SecondFactor {
  enabledAt: Date;
  recoveryCodesLeft: number;
}

/**
 * The second factors of users. A secret is encrypted, and only read to check codes. Recovery codes are stored as digests
 * (`crypto/recovery-code.ts`).
 */
export function createSecondFactors(deps: { database: Database; secrets: SecretBox }) {
  const { database, secrets } = deps;

  /** The secret of a user for checking codes; `undefined` without one. */
  async function readSecret(
    accountId: number,
    state: 'begun' | 'enabled',
    queryable: Queryable = database,
  ): Promise<string | undefined> {
    const condition =
      state === 'enabled'
        ? 'enabled_at IS NOT NULL'
        : `enabled_at IS NULL AND begun_at > now() - ${setUpTime}`;
    const [row] = await queryable.query<{ secret: string }>(
      `SELECT secret FROM second_factor WHERE account_id = $1 AND ${condition}`,
      [accountId],
    );
    return row && secrets.decrypt(row.secret, contextOf(accountId));
  }

  /** The second factor of a user; `undefined` without one that is enabled. */
  async function find(accountId: number): Promise<SecondFactor | undefined> {
    const [row] = await database.query<{ enabled_at: Date; left: number }>(
      `SELECT enabled_at, (SELECT count(*) FROM recovery_code WHERE account_id = $1) AS left
       FROM second_factor WHERE account_id = $1 AND enabled_at IS NOT NULL`,
      [accountId],
    );
    return row && { enabledAt: row.enabled_at, recoveryCodesLeft: row.left };
  }

  return {
    find,
    readSecret,

    /** Stores the secret of a set-up, instead of that of an earlier one. Errors: SECOND_FACTOR_ENABLED. */
    async begin(accountId: number, secret: string): Promise<void> {
      const rows = await database.query(
        `INSERT INTO second_factor (account_id, secret) VALUES ($1, $2)
         ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, begun_at = now(), used_step = 0
         WHERE second_factor.enabled_at IS NULL RETURNING account_id`,
        [accountId, secrets.encrypt(secret, contextOf(accountId))],
      );
      if (rows.length === 0) throw new Fault('SECOND_FACTOR_ENABLED', 'There is a second factor already.');
    },

    /**
     * Puts the second factor of a set-up to use, and ends all sessions of the user but `session`. `secret` and `usedStep` are
     * those of the code that was accepted. Errors: SECOND_FACTOR_NOT_BEGUN, also when another set-up has replaced the secret.
     */
    async enable(
      accountId: number,
      options: { secret: string; usedStep: number; recoveryDigests: string[]; session: string | undefined },
    ): Promise<void> {
      const { secret, usedStep, recoveryDigests, session } = options;
      await database.transaction(async (transaction) => {
        // A sign-in with the password alone waits, and is then refused, or was earlier, and is ended below.
        await transaction.query('SELECT FROM account WHERE id = $1 FOR UPDATE', [accountId]);
        await transaction.query('SELECT FROM second_factor WHERE account_id = $1 FOR UPDATE', [accountId]);
        if ((await readSecret(accountId, 'begun', transaction)) !== secret) throw notBegun();
        const enabled = await transaction.query(
          `UPDATE second_factor SET enabled_at = now(), used_step = $2
           WHERE account_id = $1 AND enabled_at IS NULL AND begun_at > now() - ${setUpTime} RETURNING account_id`,
          [accountId, usedStep],
        );
        if (enabled.length === 0) throw notBegun();
        await replaceCodes(transaction, accountId, recoveryDigests);
        await transaction.query('DELETE FROM session WHERE account_id = $1 AND hash IS DISTINCT FROM $2', [
          accountId,
          session ?? null,
        ]);
        await transaction.query('UPDATE session SET second_factor = true WHERE account_id = $1', [accountId]);
      });
    },

    /** Records the time step of a code. Returns false when a code of this or a later step was used before. */
    async consumeStep(accountId: number, step: number): Promise<boolean> {
      const rows = await database.query(
        `UPDATE second_factor SET used_step = $2
         WHERE account_id = $1 AND enabled_at IS NOT NULL AND used_step < $2 RETURNING account_id`,
        [accountId, step],
      );
      return rows.length > 0;
    },

    /** Uses up a recovery code. Returns how many are left; `undefined` when the user has none with this digest. */
    async consumeRecoveryCode(accountId: number, digest: string): Promise<number | undefined> {
      const rows = await database.query(
        'DELETE FROM recovery_code WHERE account_id = $1 AND hash = $2 RETURNING hash',
        [accountId, digest],
      );
      return rows.length === 0 ? undefined : (await find(accountId))?.recoveryCodesLeft;
    },

    /** Replaces all recovery codes of a user. */
    replaceRecoveryCodes: (accountId: number, digests: string[]): Promise<void> =>
      database.transaction((transaction) => replaceCodes(transaction, accountId, digests)),

    /** Removes the second factor of a user and the recovery codes. Returns whether one was enabled. */
    remove: (accountId: number): Promise<boolean> =>
      database.transaction(async (transaction) => {
        await transaction.query('DELETE FROM recovery_code WHERE account_id = $1', [accountId]);
        const [row] = await transaction.query<{ enabled: boolean }>(
          'DELETE FROM second_factor WHERE account_id = $1 RETURNING enabled_at IS NOT NULL AS enabled',
          [accountId],
        );
        return row?.enabled ?? false;
      }),
  };
}

/** There is no set-up whose code could be checked. */
export const notBegun = () =>
  new Fault('SECOND_FACTOR_NOT_BEGUN', 'No set-up of a second factor was begun within the last hour.');

/** What the encrypted secret belongs to. */
const contextOf = (accountId: number) => `account/${accountId}/second_factor`;

async function replaceCodes(transaction: Queryable, accountId: number, digests: string[]): Promise<void> {
  await transaction.query('DELETE FROM recovery_code WHERE account_id = $1', [accountId]);
  await transaction.query('INSERT INTO recovery_code (hash, account_id) SELECT unnest($2::text[]), $1::int', [
    accountId,
    digests,
  ]);
}
