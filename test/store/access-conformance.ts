import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/crypto/password.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { digestOf } from '../../src/crypto/token.ts';
import { type Access, createAccess } from '../../src/store/access/access.ts';
import { fillNameKeys } from '../../src/store/access/name-keys.ts';
import type { Database } from '../../src/store/database/database.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { auditConformance } from './audit-conformance.ts';
import { deviceLoginConformance } from './device-login-conformance.ts';
import { secondFactorConformance } from './second-factor-conformance.ts';

const minute = 60_000;
/** A sign-in with the password alone. */
const withoutCode = { secondFactor: false };

/** Access control, for every kind of database. */
export function accessConformance(kind: Kind): void {
  describe(`access control on ${kind}`, () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let access: Access;
    let password: string;
    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      database = testDatabase.database;
      const secrets = createSecretBox(randomBytes(32));
      access = createAccess({ database, secrets, sessionMs: 60 * minute });
      password = await hashPassword('correct horse battery');
    });
    afterAll(() => testDatabase.close());
    beforeEach(() =>
      database.script(
        'DELETE FROM account; DELETE FROM token; DELETE FROM welcome; DELETE FROM sign_in_attempt; DELETE FROM device_login',
      ),
    );

    const add = (name: string, role: 'viewer' | 'operator' | 'admin' = 'admin') =>
      access.accounts.create({ name, role, password });
    /** Moves times into the past. */
    const age = (
      table: 'session' | 'token' | 'welcome' | 'sign_in_attempt' | 'device_login',
      column: string,
      minutes: number,
    ) =>
      database.query(
        `UPDATE ${table} SET ${column} = ${column} - $1::int * interval '1 minute' RETURNING 1 AS one`,
        [minutes],
      );

    describe('users', () => {
      it('are found by name in any case, and names are unique', async () => {
        const ada = await add('Ada');
        expect(ada).toMatchObject({ name: 'Ada', role: 'admin', via: 'password', signedInAt: undefined });
        expect(await access.accounts.find('ADA')).toEqual(ada);
        await expect(add('ada')).rejects.toMatchObject({ code: 'USER_EXISTS' });
        await expect(access.accounts.get('bob')).rejects.toMatchObject({ code: 'USER_UNKNOWN' });
        await expect(access.accounts.remove('bob')).rejects.toMatchObject({ code: 'USER_UNKNOWN' });
      });

      it('are found by any form of their name, and by no name that only a locale takes for the same', async () => {
        const ada = await add('Ada');
        expect(await access.accounts.find('ａda')).toEqual(ada);
        await expect(add('ＡＤＡ')).rejects.toMatchObject({ code: 'USER_EXISTS' });
        const admin = await add('admin');
        // `lower` of PostgreSQL makes the dotted capital an i in some locales.
        expect(await access.accounts.find('admİn')).toBeUndefined();
        const other = await add('admİn');
        expect(await access.accounts.find('ADMİN')).toEqual(other);
        expect(await access.accounts.setRole('ADMIN', 'viewer')).toMatchObject({ id: admin.id });
        expect(await access.accounts.setPassword('ADMİN', password)).toMatchObject({ id: other.id });
        expect(await access.accounts.remove('ADMİN')).toMatchObject({ id: other.id });
        expect((await access.accounts.list()).map(({ name }) => name)).toEqual(['Ada', 'admin']);
      });

      it('from before names had keys keep their names; of equal ones the oldest, and the log says who was renamed', async () => {
        const names = ['Ada', 'ａda', 'bob', 'Ａda', 'admin', 'admİn'];
        for (const name of names) {
          await database.query(`INSERT INTO account (name, role, password) VALUES ($1, 'admin', 'x')`, [
            name,
          ]);
        }
        let logText = '';
        const log = pino({}, { write: (line: string) => (logText += line) });
        await fillNameKeys({ database, log });
        const accounts = await database.query<{ id: number; name: string }>(
          'SELECT id, name FROM account ORDER BY id',
        );
        const [, second, , fourth] = accounts.map(({ id }) => id);
        const renamed = ['Ada', `ａda-${second}`, 'bob', `Ａda-${fourth}`, 'admin', 'admİn'];
        expect(accounts.map(({ name }) => name)).toEqual(renamed);
        for (const { id, name } of accounts) expect(await access.accounts.get(name)).toMatchObject({ id });
        expect(logText).toContain(`"user":"ａda","renamed":"ａda-${second}","other":"Ada"`);
        const [entry] = await access.audit.list({ before: undefined, limit: 1 });
        expect(entry).toMatchObject({
          who: 'matre',
          operation: 'users.rename',
          subject: `Ａda to Ａda-${fourth}, because Ada is the same name`,
        });
        logText = '';
        await Promise.all([fillNameKeys({ database, log }), fillNameKeys({ database, log })]);
        expect(logText).toBe('');
      });

      it('never lose their last admin, also under concurrent changes', async () => {
        await add('ada');
        await add('bob');
        const both = await Promise.allSettled([
          access.accounts.remove('ada'),
          access.accounts.setRole('bob', 'viewer'),
        ]);
        expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
          reason: { code: 'LAST_ADMIN' },
        });
        expect(await access.accounts.hasAdmin()).toBe(true);
      });

      it('of an OpenID provider are identified by issuer and subject, never by name', async () => {
        const grace = { issuer: 'https://id.example.com', subject: '7' };
        const account = await access.accounts.upsertOidc(grace, { name: 'grace', role: 'viewer' });
        // The name may have changed at the provider, and so may the role.
        const second = await access.accounts.upsertOidc(grace, { name: 'grace.h', role: 'admin' });
        expect(second).toMatchObject({ id: account.id, name: 'grace', role: 'admin', via: 'oidc' });
        const other = { issuer: 'https://evil.example.com', subject: '7' };
        await expect(
          access.accounts.upsertOidc(other, { name: 'grace', role: 'admin' }),
        ).rejects.toMatchObject({
          code: 'USER_EXISTS',
        });
        await expect(access.accounts.setPassword('grace', password)).rejects.toMatchObject({
          code: 'USER_UNKNOWN',
        });
      });

      it('of an OpenID provider are one account when they sign in for the first time several times at once', async () => {
        const ivy = { issuer: 'https://id.example.com', subject: '8' };
        const accounts = await Promise.all(
          Array.from({ length: 16 }, () => access.accounts.upsertOidc(ivy, { name: 'ivy', role: 'viewer' })),
        );
        expect(new Set(accounts.map(({ id }) => id)).size).toBe(1);
        expect(await access.accounts.list()).toHaveLength(1);
      });
    });

    describe('a deactivated user', () => {
      const unusable = '$argon2id$of-a-random-password';

      it('has no session, no token and no identity that matches, also for older processes, until activated', async () => {
        await add('root');
        const ada = await add('ada');
        const session = await access.sessions.begin(ada.id, withoutCode);
        const { secret } = await access.tokens.create({
          ...{ name: 'ci', role: 'viewer', accountId: ada.id, createdBy: 'ada', expiresInDays: undefined },
        });
        expect(await access.accounts.deactivate('ADA', unusable)).toMatchObject({
          deactivatedAt: expect.any(Date),
        });
        expect(await access.sessions.findPrincipal(session)).toBeUndefined();
        expect(await access.tokens.findPrincipal(secret)).toBeUndefined();
        // A sign-in that was judged before: its session would be valid after the user is activated.
        await expect(access.sessions.begin(ada.id, withoutCode)).rejects.toMatchObject({
          code: 'USER_DEACTIVATED',
        });
        // What a process from before deactivation reads.
        const [row] = await database.query('SELECT password FROM account WHERE id = $1', [ada.id]);
        expect(row).toEqual({ password: unusable });
        const tokens = await database.query<{ hash: string }>(
          'SELECT hash FROM token WHERE account_id = $1',
          [ada.id],
        );
        expect(tokens.map(({ hash }) => hash[0])).toEqual(['!']);
        // A second time it changes nothing.
        await access.accounts.deactivate('ada', 'another');
        expect(await access.accounts.readPassword(ada.id)).toBe(password);

        expect(await access.accounts.activate('ada')).toMatchObject({ deactivatedAt: undefined });
        await access.accounts.activate('ada');
        expect(await access.accounts.readPassword(ada.id)).toBe(password);
        expect(await access.tokens.findPrincipal(secret)).toMatchObject({ accountId: ada.id });
      });

      it('gets a new password for the time after it', async () => {
        await add('root');
        const ada = await add('ada');
        await access.accounts.deactivate('ada', unusable);
        await access.accounts.setPassword('ada', 'new hash');
        const [row] = await database.query('SELECT password FROM account WHERE id = $1', [ada.id]);
        expect(row).toEqual({ password: unusable });
        await access.accounts.activate('ada');
        expect(await access.accounts.readPassword(ada.id)).toBe('new hash');
      });

      it('of an OpenID provider is refused at the next sign-in', async () => {
        const identity = { issuer: 'https://id.example', subject: '42' };
        const user = { name: 'otto', role: 'operator' } as const;
        const otto = await access.accounts.upsertOidc(identity, user);
        await access.accounts.deactivate('otto', unusable);
        expect(await access.accounts.get('otto')).toMatchObject({ via: 'oidc' });
        await expect(access.accounts.upsertOidc(identity, user)).rejects.toMatchObject({
          code: 'USER_DEACTIVATED',
        });
        await access.accounts.activate('otto');
        expect(await access.accounts.upsertOidc(identity, user)).toMatchObject({ id: otto.id });
      });

      it('is no admin any more, so the last admin cannot be deactivated', async () => {
        await add('ada');
        await add('bob');
        await access.accounts.deactivate('ada', unusable);
        await expect(access.accounts.deactivate('bob', unusable)).rejects.toMatchObject({
          code: 'LAST_ADMIN',
        });
        await expect(access.accounts.deactivate('eve', unusable)).rejects.toMatchObject({
          code: 'USER_UNKNOWN',
        });
      });
    });

    describe('sessions', () => {
      it('identify the user, with the current role, until they end', async () => {
        await add('root');
        const { id } = await add('ada', 'operator');
        const secret = await access.sessions.begin(id, withoutCode);
        expect(await access.sessions.findPrincipal(secret)).toEqual({
          name: 'ada',
          role: 'operator',
          via: 'password',
          accountId: id,
          session: digestOf(secret),
          hasSecondFactor: false,
        });
        await access.accounts.setRole('ada', 'viewer');
        expect(await access.sessions.findPrincipal(secret)).toMatchObject({ role: 'viewer' });
        expect(await access.sessions.findPrincipal(`${secret}x`)).toBeUndefined();
        await access.sessions.end(secret);
        expect(await access.sessions.findPrincipal(secret)).toBeUndefined();
      });

      it('end an hour after their last use, and after seven days in any case', async () => {
        const { id } = await add('ada');
        const secret = await access.sessions.begin(id, withoutCode);
        await age('session', 'seen_at', 59);
        expect(await access.sessions.findPrincipal(secret)).toBeDefined();
        // The check itself was a use.
        await age('session', 'seen_at', 59);
        expect(await access.sessions.findPrincipal(secret)).toBeDefined();
        await age('session', 'seen_at', 61);
        expect(await access.sessions.findPrincipal(secret)).toBeUndefined();
        const other = await access.sessions.begin(id, withoutCode);
        await age('session', 'created_at', 7 * 24 * 60 + 1);
        expect(await access.sessions.findPrincipal(other)).toBeUndefined();
        await access.sessions.begin(id, withoutCode);
        expect(await database.query('SELECT hash FROM session')).toHaveLength(1);
      });

      it('end on a new password, and when the user is removed', async () => {
        await add('root');
        const { id } = await add('ada');
        const one = await access.sessions.begin(id, withoutCode);
        await access.accounts.setPassword('ada', password);
        expect(await access.sessions.findPrincipal(one)).toBeUndefined();
        const two = await access.sessions.begin(id, withoutCode);
        await access.accounts.remove('ada');
        expect(await access.sessions.findPrincipal(two)).toBeUndefined();
      });
    });

    describe('second factors', () => secondFactorConformance(() => ({ access, database }), add));

    describe('tokens', () => {
      const make = (more: { accountId?: number; expiresInDays?: number } = {}) =>
        access.tokens.create({
          name: 'ci',
          role: 'operator',
          accountId: more.accountId,
          createdBy: 'ada',
          expiresInDays: more.expiresInDays,
        });

      it('have a role, and record their last use', async () => {
        const { token, secret } = await make();
        expect(token).toMatchObject({ name: 'ci', role: 'operator', usedAt: undefined, expired: false });
        expect(await access.tokens.findPrincipal(secret)).toEqual({
          name: 'token ci',
          role: 'operator',
          via: 'token',
          tokenId: token.id,
        });
        expect((await access.tokens.list())[0]?.usedAt).toBeInstanceOf(Date);
        expect(await access.tokens.findPrincipal(`${secret}x`)).toBeUndefined();
        await access.tokens.revoke(token.id);
        expect(await access.tokens.findPrincipal(secret)).toBeUndefined();
        await expect(access.tokens.revoke(token.id)).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' });
      });

      it('expire', async () => {
        const { secret } = await make({ expiresInDays: 1 });
        expect(await access.tokens.findPrincipal(secret)).toBeDefined();
        await age('token', 'expires_at', 24 * 60);
        expect(await access.tokens.findPrincipal(secret)).toBeUndefined();
        expect((await access.tokens.list())[0]?.expired).toBe(true);
      });

      it('never have more than the current role of their user, and end when the user is removed', async () => {
        await add('root');
        const { id } = await add('ada');
        const { secret } = await make({ accountId: id });
        await access.accounts.setRole('ada', 'viewer');
        expect(await access.tokens.findPrincipal(secret)).toMatchObject({
          name: 'token ci of ada',
          role: 'viewer',
          accountId: id,
        });
        await access.accounts.remove('ada');
        expect(await access.tokens.findPrincipal(secret)).toBeUndefined();
      });
    });

    describe('the link for the first admin', () => {
      const accept = (secret: string, name = 'ada') =>
        access.firstAdminInvite.accept(secret, name, async () => password);

      it('works once, and so does the link of another server', async () => {
        const [one, two] = [await access.firstAdminInvite.invite(), await access.firstAdminInvite.invite()];
        const used = await Promise.allSettled([accept(one), accept(one, 'bob'), accept(two, 'eve')]);
        expect(used.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        await expect(accept(two, 'eve')).rejects.toMatchObject({ code: 'WELCOME_INVALID' });
        expect(await access.accounts.list()).toHaveLength(1);
      });

      it('expires after an hour, and is invalid when an admin exists', async () => {
        const old = await access.firstAdminInvite.invite();
        await age('welcome', 'expires_at', 61);
        await expect(accept(old)).rejects.toMatchObject({ code: 'WELCOME_INVALID' });
        const expiredLink = await access.firstAdminInvite.invite();
        await add('root');
        await expect(accept(expiredLink)).rejects.toMatchObject({ code: 'WELCOME_INVALID' });
      });
    });

    it('attempts are counted once each, also concurrent ones, and expire after a quarter of an hour', async () => {
      const counts = await Promise.all(Array.from({ length: 20 }, () => access.attempts.count('name ada')));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      expect(await access.attempts.count('name bob')).toBe(1);
      await access.attempts.forget('name bob');
      expect(await access.attempts.count('name bob')).toBe(1);
      await age('sign_in_attempt', 'since', 15);
      expect(await access.attempts.count('name ada')).toBe(1);
    });

    describe('audit entries', () => auditConformance(() => ({ access, database })));

    describe('logins of commands', () => deviceLoginConformance(() => ({ access }), { add, age }));

    it('no secret is stored in plain text', async () => {
      const { id } = await add('ada');
      const secrets = [
        await access.sessions.begin(id, withoutCode),
        await access.firstAdminInvite.invite(),
        (await access.deviceLogins.begin('laptop', '10.1.2.3')).deviceCode,
        (
          await access.tokens.create({
            name: 'ci',
            role: 'viewer',
            accountId: id,
            createdBy: 'ada',
            expiresInDays: undefined,
          })
        ).secret,
        'correct horse battery',
      ];
      const tables = ['account', 'session', 'token', 'welcome', 'sign_in_attempt', 'device_login', 'audit'];
      const rows = await Promise.all(tables.map((table) => database.query(`SELECT * FROM ${table}`)));
      const stored = JSON.stringify(rows);
      for (const secret of secrets) expect(stored).not.toContain(secret);
      expect(stored).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    });
  });
}
