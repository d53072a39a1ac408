import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { type LintFinding, type LintLevel, lintCodes } from '../model/lint.ts';
import { lintJunit } from './lint-junit.ts';
import { lintSarif } from './lint-sarif.ts';

const finding = (level: LintLevel, more: Partial<LintFinding> = {}): LintFinding => ({
  code: 'REFERENCE_UNKNOWN',
  level,
  path: 'Test/Mftf/Test/A.xml',
  line: 7,
  message: 'There is no data <A> & "B".',
  definition: null,
  fingerprint: 'a'.repeat(32),
  ...more,
});

/** The attributes of all elements by name. Throws for what is not well-formed. */
function elementsOf(xml: string): Record<string, Record<string, string>[]> {
  const elements: Record<string, Record<string, string>[]> = {};
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    elements[name] = [...(elements[name] ?? []), attributes as Record<string, string>];
  });
  parser.write(xml).close();
  return elements;
}

describe('lintJunit', () => {
  it('has a suite for each file, and fails for the level that fails the command', () => {
    const other = finding('note', { path: 'B.xml' });
    const xml = lintJunit([finding('error'), finding('warning', { line: 9 }), other], 'warning');
    const { testsuites, testsuite, testcase, failure } = elementsOf(xml);
    expect(testsuites).toEqual([{ name: 'matre lint', tests: '3', failures: '2' }]);
    expect(testsuite).toEqual([
      { name: 'Test/Mftf/Test/A.xml', tests: '2', failures: '2' },
      { name: 'B.xml', tests: '1', failures: '0' },
    ]);
    expect(testcase?.[1]).toMatchObject({
      name: 'REFERENCE_UNKNOWN line 9',
      file: 'Test/Mftf/Test/A.xml',
      line: '9',
    });
    expect(failure?.[0]).toEqual({ type: 'REFERENCE_UNKNOWN', message: 'There is no data <A> & "B".' });
  });

  it('has one test that passes without findings', () => {
    const { testsuites, testcase, failure } = elementsOf(lintJunit([], 'error'));
    expect(testsuites).toEqual([{ name: 'matre lint', tests: '1', failures: '0' }]);
    expect(testcase).toHaveLength(1);
    expect(failure).toBeUndefined();
  });

  it('has no failure for a command that never fails', () => {
    expect(elementsOf(lintJunit([finding('error')], undefined))['failure']).toBeUndefined();
  });
});

describe('lintSarif', () => {
  it('has all rules, and a result with line, level and fingerprint for each finding', () => {
    const path = 'Test/Mftf/Test/Größe 1.xml';
    const { version, runs } = JSON.parse(lintSarif([finding('note', { path })], '1.2.3'));
    expect(version).toBe('2.1.0');
    const { driver } = runs[0].tool;
    expect(driver).toMatchObject({ name: 'matre', semanticVersion: '1.2.3' });
    expect(driver.rules.map(({ id }: { id: string }) => id)).toEqual(lintCodes);
    expect(runs[0].results).toEqual([
      {
        ruleId: 'REFERENCE_UNKNOWN',
        ruleIndex: lintCodes.indexOf('REFERENCE_UNKNOWN'),
        level: 'note',
        message: { text: 'There is no data <A> & "B".' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'Test/Mftf/Test/Gr%C3%B6%C3%9Fe%201.xml' },
              region: { startLine: 7 },
            },
          },
        ],
        partialFingerprints: { 'matre/v1': 'a'.repeat(32) },
      },
    ]);
  });
});
