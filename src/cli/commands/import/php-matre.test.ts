import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cliHere } from '../../../../test/support/cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-import-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  [[], 'Name the source: --dump FILE, --database URL, or --env FILE with DB_HOST, DB_USER, DB_NAME. '],
  [
    ['--env', 'php.env'],
    'php.env has no DB_USER, DB_NAME, so it names no database: give --dump FILE or --database URL as well. ',
  ],
])('says what is missing to name a source: %j', async (args, message) => {
  await writeFile(join(folder, 'php.env'), 'DB_HOST=db\nDB_USER=\n');
  const paths = args.map((arg) => (arg === 'php.env' ? join(folder, arg) : arg));
  const { code, stderr } = await cliHere(['import', 'php-matre', ...paths]);
  expect(code).toBe(3);
  expect(stderr.replace(`${folder}/`, '')).toContain(`error ${message}`);
});

it('says that nothing was imported when the source cannot be read', async () => {
  const source = ['--database', 'mysql://reader@127.0.0.1:1/matre'];
  const { stderr } = await cliHere(['import', 'php-matre', ...source, '--dry-run']);
  expect(stderr).toMatch(
    /^error The database matre at 127\.0\.0\.1:1 cannot be read as reader: .*ECONNREFUSED/,
  );
  expect(stderr).toMatch(/\(IMPORT_SOURCE_UNREACHABLE\)\n {2}Nothing was imported\.\n/);
});

it.each([
  ['--module', 'has no folder Cron/data'],
  ['--files', 'has no folder test-output or test-artifacts'],
])('refuses a folder of %s that is another one', async (option, message) => {
  const source = ['--dump', join(folder, 'none.sql')];
  const { code, stderr } = await cliHere(['import', 'php-matre', ...source, option, folder]);
  expect(code).toBe(3);
  expect(stderr).toContain(`${folder} ${message}`);
});
