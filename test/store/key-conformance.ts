import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadKey } from '../../src/store/secret-key.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';

export function keyConformance(kind: Kind): void {
  describe('the encryption key of secrets', () => {
    let testDatabase: TestDatabase;
    let folder: string;
    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
    });
    afterAll(() => testDatabase.close());
    beforeEach(async () => {
      await testDatabase.clear();
      folder = await mkdtemp(join(tmpdir(), 'matre-key-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    const load = (variable?: string, dataFolder = folder) =>
      loadKey({ variable, dataFolder, database: testDatabase.database });
    const file = () => join(folder, 'secret.key');
    const settings = () => testDatabase.database.query('SELECT * FROM setting');

    it('is created on the first start, readable only by its owner, and reused on the next', async () => {
      const key = await load();
      expect(key).toHaveLength(32);
      expect((await stat(file())).mode & 0o777).toBe(0o600);
      expect(await readdir(folder)).toEqual(['secret.key']);
      expect(await load()).toEqual(key);
    });

    it('is one key when several start at the same time', async () => {
      const [first, ...others] = await Promise.all([load(), load(), load(), load()]);
      for (const other of others) expect(other).toEqual(first);
    });

    it('is created although a killed process with the same id has left a draft', async () => {
      await writeFile(`${file()}.${process.pid}.new`, 'half');
      expect(await load()).toHaveLength(32);
    });

    it('can be set as base64 or hexadecimal digits; then no file is created', async () => {
      const key = randomBytes(32);
      expect(await load(key.toString('base64'))).toEqual(key);
      expect(await load(key.toString('base64url'))).toEqual(key);
      expect(await load(` ${key.toString('hex')}\n`)).toEqual(key);
      expect(await readdir(folder)).toEqual([]);
    });

    it.each([
      'short',
      randomBytes(31).toString('base64'),
      `${randomBytes(32).toString('hex')}00`,
      '!'.repeat(44),
    ])('is refused in another form, without being shown: %s', async (text) => {
      await expect(load(text)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.not.stringContaining(text),
      });
      expect(await settings()).toEqual([]);
    });

    it('is refused when it is not the key of the first use, and nothing changes', async () => {
      await load();
      const before = { file: await readFile(file(), 'utf8'), settings: await settings() };
      await expect(load(randomBytes(32).toString('hex'))).rejects.toMatchObject({ code: 'SECRET_KEY_WRONG' });
      expect({ file: await readFile(file(), 'utf8'), settings: await settings() }).toEqual(before);

      await writeFile(file(), randomBytes(32).toString('base64'));
      await expect(load()).rejects.toMatchObject({
        code: 'SECRET_KEY_WRONG',
        message: expect.stringContaining(file()),
      });
      expect(await settings()).toEqual(before.settings);
    });

    it('is not created again when it is lost', async () => {
      await load();
      await rm(file());
      const before = await settings();
      await expect(load()).rejects.toMatchObject({ code: 'SECRET_KEY_MISSING' });
      expect(await readdir(folder)).toEqual([]);
      expect(await settings()).toEqual(before);
    });

    it('is not created again on another machine that shares the database', async () => {
      await load();
      const otherFolder = await mkdtemp(join(tmpdir(), 'matre-key-'));
      await expect(load(undefined, otherFolder)).rejects.toMatchObject({ code: 'SECRET_KEY_MISSING' });
      expect(await readdir(otherFolder)).toEqual([]);
      await rm(otherFolder, { recursive: true });
    });

    it('is used when the process was killed between creating it and storing its fingerprint', async () => {
      const key = await load();
      await testDatabase.clear();
      expect(await load()).toEqual(key);
      expect(await settings()).toHaveLength(1);
    });

    it.each([0o644, 0o660, 0o604])('is refused when other users can read its file: %o', async (mode) => {
      await load();
      await chmod(file(), mode);
      await expect(load()).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`chmod 600 ${file()}`),
      });
    });

    it('may be readable by a group, as mounted secrets are', async () => {
      const key = await load();
      await chmod(file(), 0o640);
      expect(await load()).toEqual(key);
    });
  });
}
