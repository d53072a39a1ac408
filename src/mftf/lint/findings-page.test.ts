import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LintFinding } from '../../model/lint.ts';
import { formatLintBaseline } from '../../model/lint-baseline.ts';
import { collectFindings } from '../../model/lint-pages.ts';
import { findingsPage } from './findings-page.ts';
import { indexDefinitions } from './index-definitions.ts';
import { lintBelow } from './lint.ts';
import { readBaseline } from './read-baseline.ts';
import { readOutline } from './read-outline.ts';

const path = 'app/code/Acme/Shop/Test/Mftf/Test/SleepyTest.xml';
const sleeps = Array.from({ length: 7 }, (_, index) => `<wait time="1" stepKey="sleep${index}"/>`);
const content = `<tests><test name="SleepyTest">${sleeps.join('\n')}</test></tests>`;
const linted = lintBelow(indexDefinitions([readOutline('test', path, Buffer.from(content))]), ['']);
const { findings } = linted;
const all = { offset: 0, limit: 100 };

describe('a page of findings', () => {
  it('has some of those that match, and says how many there are of each rule and behind it', () => {
    const page = findingsPage(linted, { code: 'HARD_SLEEP', offset: 2, limit: 3 });
    expect(page.findings.map(({ line }) => line)).toEqual([3, 4, 5]);
    expect(page).toMatchObject({ total: 7, more: 2, baseline: null });
    expect(page.rules).toEqual([
      { code: 'NO_ASSERTION', level: 'warning', findings: 1 },
      { code: 'HARD_SLEEP', level: 'warning', findings: 7 },
    ]);
    expect(page.findings[0]?.definition).toEqual({ kind: 'test', name: 'SleepyTest' });
  });

  it('has those of a level, and those with all words, in any case', () => {
    expect(findingsPage(linted, { ...all, level: 'error' }).total).toBe(0);
    expect(findingsPage(linted, { ...all, search: 'SLEEP3 shop' }).findings).toHaveLength(1);
    expect(findingsPage(linted, { ...all, search: 'sleep3 nothing' }).findings).toHaveLength(0);
  });

  it('says what is new since a baseline, and of the baseline what is outdated or wrong', () => {
    const fingerprints = [...findings.slice(0, 6).map(({ fingerprint }) => fingerprint), 'gone'];
    const baselines = [{ fingerprints }, { problem: 'It is damaged.' }];
    const page = findingsPage(linted, { ...all, only: 'new' }, baselines);
    expect(page.findings.map(({ line }) => line)).toEqual([6, 7]);
    expect(page.baseline).toEqual({ findings: 7, outdated: 1, problem: 'It is damaged.' });
    expect(findingsPage(linted, all, baselines).findings.map(({ inBaseline }) => inBaseline)).toEqual([
      ...Array.from({ length: 6 }, () => true),
      ...[false, false],
    ]);
  });

  it('has the gravest findings first when asked, of each level those that the baseline does not have', () => {
    const mixed = {
      ...linted,
      findings: (['note', 'warning', 'error', 'warning', 'error'] as const).map((level, index) => ({
        ...(findings[0] as LintFinding),
        ...{ level, line: index, fingerprint: String(index) },
      })),
    };
    const baselines = [{ fingerprints: ['1', '2'] }];
    const lines = (query: { order?: 'level'; offset: number; limit: number }) =>
      findingsPage(mixed, query, baselines).findings.map(({ line }) => line);
    expect(lines(all)).toEqual([0, 1, 2, 3, 4]);
    expect(lines({ order: 'level', ...all })).toEqual([4, 2, 3, 1, 0]);
    expect(lines({ order: 'level', offset: 1, limit: 2 })).toEqual([2, 3]);
  });

  it('leads to all findings, also when the commit changes in between', async () => {
    const pages = (offset: number) => findingsPage(linted, { offset, limit: 3 });
    const result = await collectFindings(async (offset) => pages(offset));
    expect(result).toEqual({ files: 1, treeFiles: 1, findings });
    let requests = 0;
    const moving = await collectFindings(
      async (offset) => {
        requests += 1;
        return { ...pages(offset), commit: requests < 3 ? 'old' : 'new' };
      },
      (page, first) => page.commit === first.commit,
    );
    expect(moving.findings).toEqual(findings);
  });
});

describe('the baseline of a checkout', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matre-baseline-'));
  const inFolder = (write: (file: string) => void) => {
    const file = join(folder, 'matre-lint.json');
    write(file);
    const baseline = readBaseline(folder);
    rmSync(file, { recursive: true });
    return baseline;
  };

  it('is that of its root, or what is wrong with it', () => {
    expect(readBaseline(folder)).toBeUndefined();
    const text = formatLintBaseline(findings.slice(0, 1));
    expect(inFolder((file) => writeFileSync(file, text))).toEqual({
      fingerprints: [findings[0]?.fingerprint],
    });
    expect(inFolder((file) => writeFileSync(file, '{}'))).toEqual({
      problem: expect.stringContaining('is not one of matre lint'),
    });
    const noFile = { problem: 'matre-lint.json is no file.' };
    expect(inFolder((file) => symlinkSync('/etc/passwd', file))).toEqual(noFile);
    expect(inFolder((file) => mkdirSync(file))).toEqual(noFile);
    rmSync(folder, { recursive: true });
  });
});
