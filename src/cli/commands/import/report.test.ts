import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { ImportReport } from '../../../app/import.ts';
import { createOutput } from '../../output/terminal.ts';
import { printReport } from './report.ts';

const report: ImportReport = {
  ...{ mode: 'apply', items: [], leftovers: [], history: [], differences: 0 },
  settings: [
    {
      ...{ name: 'MATRE_MODULE_REPOSITORY', from: 'TEST_MODULE_REPO', secret: false },
      value: 'https://ann:hunter2@git.test/a.git',
    },
  ],
};

function textOf(more: Partial<ImportReport> = {}): string {
  const stream = new PassThrough();
  printReport(createOutput(stream, { NO_COLOR: '1' }), { ...report, ...more });
  return stream.read().toString();
}

it('shows no password of an address in a setting', () => {
  expect(textOf()).toMatch(/MATRE_MODULE_REPOSITORY=https:\/\/ann:\[hidden\]@git\.test\/a\.git /);
});

it('says of a dry run what an import would do, and of an import what it did', () => {
  const items: ImportReport['items'] = [
    { kind: 'variable', there: 'A', here: 'global:A', action: 'add', changes: [], kept: [], notes: [] },
  ];
  expect(textOf({ items, mode: 'dry-run' })).toContain('Dry run, nothing was changed: 1 would be added, 0 ');
  expect(textOf({ items })).toContain('Imported: 1 added, 0 changed');
});
