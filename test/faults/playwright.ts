import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** The folder of the project in the test module. */
export const playwrightFolder = 'Test/Playwright';

/** Three are of one file: a result of these is recorded while the next one is executed. */
const tests = [
  ...[0.2, 0.4, 0.8].map((seconds) => ({ file: 'sleeps.spec.js', title: `sleeps ${seconds} s`, seconds })),
  { file: 'sleeps-alone.spec.js', title: 'sleeps', seconds: 0.4 },
];

/** One to three tests of Playwright for a run. */
export function somePlaywrightTests(random: Random): string[] {
  return random
    .shuffled(tests)
    .slice(0, random.between(1, 3))
    .map(({ file, title }) => `${file} › ${title}`);
}

/** Writes a project whose tests only take time. Its package is a stand-in for Playwright, installed by npm from its lock file. */
export function writePlaywrightProject(module: string): void {
  const folder = join(module, playwrightFolder);
  mkdirSync(folder, { recursive: true });
  const source = mkdtempSync(join(tmpdir(), 'matre-stand-in-'));
  mkdirSync(join(source, 'package'));
  const own = { name: '@playwright/test', version: '1.0.0' };
  writeFileSync(join(source, 'package/package.json'), JSON.stringify(own));
  copyFileSync(join(import.meta.dirname, 'playwright-stand-in.cjs'), join(source, 'package/cli.js'));
  execFileSync('tar', ['-czf', join(folder, 'stand-in.tgz'), '-C', source, 'package']);
  rmSync(source, { recursive: true });
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(content));
  const project = { name: 'sleeps', version: '1.0.0' };
  const dependencies = { '@playwright/test': 'file:stand-in.tgz' };
  write('package.json', { ...project, dependencies });
  write('package-lock.json', {
    ...{ ...project, lockfileVersion: 3, requires: true },
    packages: {
      '': { ...project, dependencies },
      'node_modules/@playwright/test': { version: own.version, resolved: 'file:stand-in.tgz' },
    },
  });
  write('tests.json', tests);
  writeFileSync(join(folder, 'playwright.config.js'), 'module.exports = {};\n');
}
