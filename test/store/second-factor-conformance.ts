import { expect, it } from 'vitest';
import { digestOf } from '../../src/crypto/token.ts';
import type { Access } from '../../src/store/access/access.ts';
import type { Account } from '../../src/store/access/accounts.ts';
import type { Database } from '../../src/store/database/database.ts';

/** Second factors, on the database of the conformance suite of access control. */
export function secondFactorConformance(
  opened: () => { access: Access; database: Database },
  add: (name: string) => Promise<Account>,
): void {
  /** A user whose second factor was enabled with the code of the time step 7. */
  async function addWithSecondFactor(recoveryDigests = ['one', 'two']) {
    const account = await add('ada');
    const { secondFactors } = opened().access;
    await secondFactors.begin(account.id, 'KEY');
    await secondFactors.enable(account.id, {
      secret: 'KEY',
      usedStep: 7,
      recoveryDigests,
      session: undefined,
    });
    return account;
  }
  const refused = (code: string) => ({ code });

  it('count from the first accepted code on, and keep their secret encrypted', async () => {
    const { access, database } = opened();
    const { secondFactors } = access;
    const { id } = await add('ada');
    const enabling = { secret: 'KEY', usedStep: 7, recoveryDigests: ['one'], session: undefined };
    await expect(secondFactors.enable(id, enabling)).rejects.toMatchObject(
      refused('SECOND_FACTOR_NOT_BEGUN'),
    );
    await secondFactors.begin(id, 'FIRST');
    await secondFactors.begin(id, 'KEY');
    await expect(secondFactors.enable(id, { ...enabling, secret: 'FIRST' })).rejects.toMatchObject(
      refused('SECOND_FACTOR_NOT_BEGUN'),
    );
    expect(await secondFactors.readSecret(id, 'begun')).toBe('KEY');
    expect(await secondFactors.readSecret(id, 'enabled')).toBeUndefined();
    expect(await secondFactors.find(id)).toBeUndefined();
    expect(await access.accounts.get('ada')).toMatchObject({ secondFactor: false });
    expect(JSON.stringify(await database.query('SELECT * FROM second_factor'))).not.toContain('KEY');

    await secondFactors.enable(id, enabling);
    expect(await secondFactors.find(id)).toEqual({ enabledAt: expect.any(Date), recoveryCodesLeft: 1 });
    expect(await secondFactors.readSecret(id, 'enabled')).toBe('KEY');
    expect(await access.accounts.get('ada')).toMatchObject({ secondFactor: true });
    await expect(secondFactors.begin(id, 'OTHER')).rejects.toMatchObject(refused('SECOND_FACTOR_ENABLED'));
    expect(await secondFactors.remove(id)).toBe(true);
    expect(await secondFactors.remove(id)).toBe(false);
    expect(await access.accounts.get('ada')).toMatchObject({ secondFactor: false });
    expect(await database.query('SELECT hash FROM recovery_code')).toEqual([]);
  });

  it('are not enabled an hour after their set-up began', async () => {
    const { access, database } = opened();
    const { id } = await add('ada');
    await access.secondFactors.begin(id, 'KEY');
    await database.query(`UPDATE second_factor SET begun_at = now() - interval '61 minutes'`);
    expect(await access.secondFactors.readSecret(id, 'begun')).toBeUndefined();
    const enabling = { secret: 'KEY', usedStep: 7, recoveryDigests: [], session: undefined };
    await expect(access.secondFactors.enable(id, enabling)).rejects.toMatchObject(
      refused('SECOND_FACTOR_NOT_BEGUN'),
    );
  });

  it('accept each time step once, and none before it', async () => {
    const { secondFactors } = opened().access;
    const { id } = await addWithSecondFactor();
    const uses = await Promise.all([8, 8, 8].map((step) => secondFactors.consumeStep(id, step)));
    expect(uses.filter((accepted) => accepted)).toHaveLength(1);
    expect(await secondFactors.consumeStep(id, 7)).toBe(false);
    expect(await secondFactors.consumeStep(id, 9)).toBe(true);
  });

  it('accept each recovery code once, of its user alone, until there are others', async () => {
    const { secondFactors } = opened().access;
    const { id } = await addWithSecondFactor();
    const { id: otherId } = await add('bob');
    expect(await secondFactors.consumeRecoveryCode(otherId, 'one')).toBeUndefined();
    const uses = await Promise.all(
      ['one', 'one'].map((digest) => secondFactors.consumeRecoveryCode(id, digest)),
    );
    expect(uses.sort()).toEqual([1, undefined]);
    await secondFactors.replaceRecoveryCodes(id, ['three', 'four', 'five']);
    expect(await secondFactors.consumeRecoveryCode(id, 'two')).toBeUndefined();
    expect(await secondFactors.consumeRecoveryCode(id, 'three')).toBe(2);
  });

  it('end all sessions but that in which they are enabled, and let none begin without a code', async () => {
    const { access } = opened();
    const { id } = await add('ada');
    const begin = (secondFactor: boolean) => access.sessions.begin(id, { secondFactor });
    const [own, other] = [await begin(false), await begin(false)];
    await access.secondFactors.begin(id, 'KEY');
    await access.secondFactors.enable(id, {
      secret: 'KEY',
      usedStep: 7,
      recoveryDigests: [],
      session: digestOf(own),
    });
    expect(await access.sessions.findPrincipal(own)).toMatchObject({ hasSecondFactor: true });
    expect(await access.sessions.findPrincipal(other)).toBeUndefined();
    await expect(begin(false)).rejects.toMatchObject(refused('SECOND_FACTOR_REQUIRED'));
    expect(await access.sessions.findPrincipal(await begin(true))).toMatchObject({ accountId: id });
    await access.secondFactors.remove(id);
    expect(await access.sessions.findPrincipal(await begin(false))).toMatchObject({ hasSecondFactor: false });
  });

  it('leave no session without a code when the user signs in while they are enabled', async () => {
    const { access, database } = opened();
    const { id } = await add('ada');
    await access.secondFactors.begin(id, 'KEY');
    const signIns = Array.from({ length: 8 }, () => access.sessions.begin(id, { secondFactor: false }));
    await Promise.allSettled([
      ...signIns.slice(4),
      access.secondFactors.enable(id, {
        secret: 'KEY',
        usedStep: 7,
        recoveryDigests: [],
        session: undefined,
      }),
      ...signIns.slice(0, 4),
    ]);
    expect(await database.query('SELECT hash FROM session')).toEqual([]);
  });

  it('are asked for by older processes too: those store no session of such a user', async () => {
    const { access, database } = opened();
    const { id } = await addWithSecondFactor();
    const { id: otherId } = await add('bob');
    // The statement of versions before second factors.
    const beginAsOlder = (accountId: number) =>
      database.query(
        `INSERT INTO session (hash, account_id)
         SELECT $1, id FROM account WHERE id = $2 AND deactivated_at IS NULL FOR SHARE RETURNING account_id`,
        [`hash of ${accountId}`, accountId],
      );
    expect(await beginAsOlder(id)).toEqual([]);
    expect(await beginAsOlder(otherId)).toEqual([{ account_id: otherId }]);
    await access.accounts.remove('ada');
    expect(await database.query('SELECT account_id FROM second_factor')).toEqual([]);
  });
}
