import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { ReportView } from '../../operations/system/doctor.ts';
import { createOutput } from '../output/terminal.ts';
import { printReport } from './doctor.ts';

async function printed(report: ReportView): Promise<string[]> {
  const stream = new PassThrough();
  printReport(createOutput(stream, {}), report);
  stream.end();
  return (await text(stream)).split('\n');
}

const check = { looksAt: 'the files', tookMs: 1, healed: [] };
const codes = Array.from({ length: 191 }, (_, index) => `shop-${index}`);

it('prints the positive label of a check that passed, and one fault of many environments once', async () => {
  const lines = await printed({
    healthy: false,
    tookMs: 5,
    checks: [
      {
        ...check,
        name: 'disk-full',
        label: 'there is enough disk space',
        standing: 'well',
        findings: [
          {
            standing: 'well',
            about: '/data',
            found: '9 GiB are free.',
            code: null,
            meaning: null,
            remedy: null,
            fixable: false,
          },
        ],
        groups: [{ standing: 'well', title: null, found: '9 GiB are free.', remedy: null, findings: [0] }],
      },
      {
        ...check,
        name: 'module-env-file-missing',
        label: 'the module env file is missing',
        standing: 'problem',
        findings: codes.map((about) => ({
          standing: 'problem' as const,
          about,
          found: `No file .env.${about}.`,
          code: 'MODULE_ENV_FILE_MISSING',
          meaning: 'A run has no values.',
          remedy: `Add .env.${about}.`,
          fixable: false,
        })),
        groups: [
          {
            standing: 'problem',
            title: '191 environments: the module env file is missing',
            found: 'No file .env.<environment>.',
            remedy: 'Add .env.<environment>.',
            findings: codes.map((_, index) => index),
          },
        ],
      },
    ],
  });
  expect(lines.slice(0, 6)).toEqual([
    'ok          There is enough disk space (disk-full). /data: 9 GiB are free.',
    'problem     191 environments: the module env file is missing (module-env-file-missing, MODULE_ENV_FILE_MISSING)',
    '            No file .env.<environment>.',
    `            ${codes.slice(0, 10).join(', ')} and 181 more (--json has all)`,
    '            A run has no values.',
    '            Add .env.<environment>.',
  ]);
  expect(lines[7]).toBe('191 problems found (0 s).');
});
