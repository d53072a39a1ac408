import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const shells = [
  ['dash', 'dash'],
  ['busybox', '/bin/busybox', 'sh'],
].filter(([, program = '']) => spawnSync(program, ['--help']).error === undefined);
const script = join(import.meta.dirname, '../../src/playwright/container/prepare-playwright.sh');

/** The script that installs the packages of a project, with an npm that is a few lines. */
describe.each(shells)('prepare-playwright.sh under %s', (_name, program = '', ...first) => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'matre-prepare-'));
    for (const folder of ['bin', 'project', 'cache']) mkdirSync(join(home, folder));
    for (const name of ['package.json', 'package-lock.json'])
      writeFileSync(join(home, 'project', name), '{}');
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function prepare(npm: string) {
    writeFileSync(join(home, 'bin/npm'), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    writeFileSync(join(home, 'bin/node'), '#!/bin/sh\n', { mode: 0o755 });
    const env = { PATH: `${join(home, 'bin')}:${process.env.PATH}` };
    return spawnSync(program, [...first, script, join(home, 'project'), join(home, 'cache')], { env }).status;
  }

  it.each([
    ['fails', 'exit 1', 13],
    // 256 - 111, ECONNREFUSED.
    ['finds no registry', 'exit 145', 13],
    ['is killed, such as for its memory', 'kill -KILL $$', 137],
    ['installs nothing of Playwright', 'mkdir node_modules', 14],
  ])('says of an npm that it %s', (_what, npm, status) => {
    expect(prepare(npm)).toBe(status);
  });

  it('keeps what npm installed for the next run with the same lock file', () => {
    expect(
      prepare('mkdir -p node_modules/@playwright/test && touch node_modules/@playwright/test/cli.js'),
    ).toBe(0);
    expect(readdirSync(join(home, 'cache'))).toHaveLength(1);
    expect(prepare('exit 1')).toBe(0);
  });
});
