import fc from 'fast-check';
import pg from 'pg';
import { createClient } from 'redis';
import { expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';

const load = (environment: Record<string, string>) =>
  loadConfig({ environment: { MATRE_CONFIG: '/dev/null', ...environment } });
const password = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => text.trim() !== '' && !text.includes('\0'));
const examples = ['Zm9v/bar+baz==', '%41', 'a:b@c/d?e#f', '\'"\\ $x', '-', 'ü密码'].map((text): [string] => [
  text,
]);

it('a password of any characters reaches PostgreSQL unchanged', () => {
  for (const address of ['postgres://matre@db:5432/matre', 'postgres:///matre?host=/run/postgresql']) {
    fc.assert(
      fc.property(password, (text) => {
        const { databaseUrl } = load({
          DATABASE_URL: address,
          DATABASE_PASSWORD: text,
          LOCK_DSN: 'redis://r',
        }).store;
        const client = new pg.Client({ connectionString: databaseUrl ?? '' });
        expect(client.password).toBe(text);
        expect(client.database).toBe('matre');
      }),
      { examples },
    );
  }
});

it('a password of any characters reaches Redis unchanged', () => {
  fc.assert(
    fc.property(password, (text) => {
      const { dsn } = load({ LOCK_DSN: 'redis://redis:6379/2', LOCK_PASSWORD: text }).locks;
      const { password: sent, database, socket } = createClient({ url: dsn ?? '' }).options ?? {};
      expect({ sent, database, socket }).toMatchObject({
        sent: text,
        database: 2,
        socket: { host: 'redis', port: 6379 },
      });
    }),
    { examples },
  );
});

it('refuses a password without its address, and a second password', () => {
  expect(() => load({ LOCK_PASSWORD: 'x' })).toThrow('LOCK_PASSWORD needs LOCK_DSN');
  expect(() => load({ LOCK_DSN: 'redis://:a@redis', LOCK_PASSWORD: 'secret' })).toThrow(
    /^LOCK_DSN has a password already, beside LOCK_PASSWORD$/,
  );
});

it('shows neither password', () => {
  const { entries } = load({ LOCK_DSN: 'redis://redis', LOCK_PASSWORD: 'secret-text' });
  expect(JSON.stringify(entries)).not.toContain('secret-text');
});
