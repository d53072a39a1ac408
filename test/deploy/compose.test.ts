import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// The checks of deploy/compose.yml that do not start it; `make test-deploy` starts it.

const deploy = resolve(import.meta.dirname, '../../deploy');
const read = (name: string) => readFile(join(deploy, name), 'utf8');

it('has an example file with every variable that has no default', async () => {
  const needed = [...(await read('compose.yml')).matchAll(/\$\{(\w+):\?/g)].map((match) => match[1]);
  expect(needed.length).toBeGreaterThan(3);
  const example = await read('compose.env.example');
  for (const name of needed) expect(example).toMatch(new RegExp(`^${name}=`, 'm'));
});

it('is valid, with the documented services', async () => {
  const needed = ['POSTGRES_PASSWORD', 'MATRE_SECRET_KEY', 'MATRE_PUBLIC_URL', 'MATRE_IMAGE'];
  const { stdout } = await promisify(execFile)(
    'docker-compose',
    ['--file', join(deploy, 'compose.yml'), 'config', '--services'],
    { env: { PATH: process.env['PATH'], ...Object.fromEntries(needed.map((name) => [name, 'x'])) } },
  );
  expect(stdout.trim().split('\n').sort()).toEqual([
    'chrome',
    'magento-redis',
    'postgres',
    'scheduler',
    'selenium-hub',
    'server',
    'test-worker',
  ]);
});
