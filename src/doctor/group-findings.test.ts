import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FindingReport } from './check.ts';
import { checks } from './checks.ts';
import { groupFindings } from './group-findings.ts';

const labels = { subject: 'the files', ok: 'all files exist', problem: 'the file is missing' };

const finding = (about: string, overrides: Partial<FindingReport> = {}): FindingReport => ({
  status: 'problem',
  about,
  message: `The module has no file .env.${about} at 1a2b3c4d.`,
  code: 'MODULE_ENV_FILE_MISSING',
  meaning: 'A run has no values.',
  remedy: `Add Cron/data/.env.${about}.`,
  fixable: false,
  ...overrides,
});
const codes = (count: number) => Array.from({ length: count }, (_, index) => `shop-${index}`);
const group = (findings: FindingReport[]) =>
  groupFindings(findings, { labels, environments: new Set(findings.flatMap(({ about }) => about ?? [])) });

describe('the groups of findings', () => {
  it('show one fault of many environments once, with a placeholder for their names', () => {
    expect(group(codes(191).map((code) => finding(code)))).toEqual([
      {
        status: 'problem',
        title: '191 environments: the file is missing',
        message: 'The module has no file .env.<environment> at 1a2b3c4d.',
        remedy: 'Add Cron/data/.env.<environment>.',
        findings: Array.from({ length: 191 }, (_, index) => index),
      },
    ]);
  });

  it('keep two findings apart, and different faults', () => {
    expect(group([finding('a'), finding('b')])).toMatchObject([
      { title: undefined, message: 'The module has no file .env.a at 1a2b3c4d.', findings: [0] },
      { title: undefined, findings: [1] },
    ]);
    const message = 'The file is not readable.';
    const mixed = codes(6).map((code, index) => finding(code, index % 2 ? { message } : {}));
    expect(group(mixed).map(({ findings }) => findings)).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
  });

  it('merge findings of one code whose texts all differ', () => {
    const words = 'abcdefghijklmnopqrstuvwxyz';
    const findings = codes(26).map((code, index) =>
      finding(code, { message: `User ${words[index]} is locked.` }),
    );
    expect(group(findings)).toMatchObject([
      { title: '26 environments: the file is missing', message: undefined },
    ]);
  });

  it('begin with what is wrong', () => {
    const statuses = ['ok', 'warning', 'problem', 'ok', 'unknown', 'problem'] as const;
    const findings = statuses.map((status, index) => finding(`shop-${index}`, { status }));
    expect(group(findings).map(({ findings: [first] }) => first)).toEqual([2, 5, 4, 1, 0, 3]);
  });

  it('have each finding exactly once', () => {
    const report = fc.record({
      status: fc.constantFrom('ok' as const, 'problem' as const, 'unknown' as const, 'warning' as const),
      about: fc.option(fc.constantFrom('a', 'b', 'us', 'a.*(', ''), { nil: undefined }),
      message: fc.string(),
      code: fc.constantFrom(undefined, 'DISK_FULL' as const, 'MODULE_INVALID' as const),
      meaning: fc.constant(undefined),
      remedy: fc.option(fc.string(), { nil: undefined }),
      fixable: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 60 }), (findings) => {
        const groups = groupFindings(findings, { labels, environments: new Set(['us']) });
        const positions = groups.flatMap((each) => each.findings);
        expect(positions.toSorted((one, other) => one - other)).toEqual(findings.map((_, index) => index));
        for (const { status, findings: members } of groups) {
          expect(members.every((index) => findings[index]?.status === status)).toBe(true);
        }
      }),
    );
  });
});

it('gives each check its own label for success and for a problem', () => {
  const texts = checks.flatMap(({ labels: { ok, problem } }) => [ok, problem]);
  expect(new Set(texts).size).toBe(2 * checks.length);
  for (const text of texts) expect(text).toMatch(/^[^A-Z].{8,45}[^.]$|^Redis |^Selenium /);
});
