import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { troubleshootingPage } from '../../scripts/troubleshooting-page.ts';
import { checks } from '../../src/doctor/checks.ts';
import { diagnosisFaults } from '../../src/faults/codes/diagnosis.ts';
import { guide } from '../support/guide.ts';

it('docs/troubleshooting.md is what `npm run docs` generates from the checks and errors', () => {
  const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');
  expect(page).toBe(troubleshootingPage());
});

it('each row of the guide names an existing test', () => {
  const missing = Object.entries(guide).filter(
    ([
      ,
      {
        test: [file, title],
      },
    ]) => {
      const content = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
      return !content.includes(`'${title}'`);
    },
  );
  expect(missing).toEqual([]);
});

it('checks have unique names, and together report every diagnosis code', () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  const testedCodes = new Set<string>(checks.flatMap(({ codes }) => codes));
  expect(Object.keys(diagnosisFaults).filter((code) => !testedCodes.has(code))).toEqual([]);
});
