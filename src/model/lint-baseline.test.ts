import { describe, expect, it } from 'vitest';
import type { LintFinding } from './lint.ts';
import { compareWithBaseline, formatLintBaseline, parseLintBaseline } from './lint-baseline.ts';

const finding = (digit: string, more: Partial<LintFinding> = {}): LintFinding => ({
  code: 'HARD_SLEEP',
  level: 'warning',
  path: 'Test/A.xml',
  line: 3,
  message: `It sleeps "${digit}".`,
  definition: null,
  fingerprint: digit.repeat(32),
  ...more,
});

describe('a baseline', () => {
  it('has the findings that it was written from, wherever their lines are now', () => {
    const baseline = parseLintBaseline(formatLintBaseline([finding('a'), finding('b')]));
    const findings = [finding('b', { line: 9, path: 'Test/B.xml' }), finding('c')];
    expect(compareWithBaseline(findings, baseline)).toEqual({
      added: [finding('c')],
      inBaseline: 1,
      outdated: 1,
    });
  });

  it('is the same text in any order of findings, and without their lines', () => {
    const text = formatLintBaseline([finding('a'), finding('b')]);
    expect(formatLintBaseline([finding('b', { line: 8 }), finding('a')])).toBe(text);
    expect(parseLintBaseline(formatLintBaseline([]))).toEqual({ version: 1, findings: [] });
  });

  it('is refused when it is something else', () => {
    expect(() => parseLintBaseline('{}')).toThrow();
    expect(() => parseLintBaseline('{"version":2,"findings":[]}')).toThrow();
    expect(() => parseLintBaseline('not JSON')).toThrow();
  });
});
