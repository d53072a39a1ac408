import { groupBy } from '../model/group-by.ts';
import { isAtLeast, type LintFinding, type LintLevel } from '../model/lint.ts';
import { attributes, escapeText } from './xml.ts';

/**
 * Findings as JUnit, a test suite for each file and a test for each finding. Those of a level that fails are failures, the others
 * pass and have their text as output. Without findings there is one test that passes, because CI systems take an empty report for an error.
 */
export function lintJunit(findings: readonly LintFinding[], failOn: LintLevel | undefined): string {
  const isFailure = ({ level }: LintFinding) => failOn !== undefined && isAtLeast(level, failOn);
  const count = (list: readonly LintFinding[]) => ({
    tests: Math.max(1, list.length),
    failures: list.filter(isFailure).length,
  });
  const suites = [...groupBy(findings, ({ path }) => path)].map(([path, list]) => {
    const cases = list.map((finding) => caseXml(finding, isFailure(finding))).join('');
    return `  <testsuite${attributes({ name: path, ...count(list) })}>\n${cases}  </testsuite>\n`;
  });
  const clean = `  <testsuite${attributes({ name: 'matre lint', ...count([]) })}>\n    <testcase${attributes({ name: 'no findings', classname: 'matre lint' })}/>\n  </testsuite>\n`;
  const head = attributes({ name: 'matre lint', ...count(findings) });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${suites.join('') || clean}</testsuites>\n`;
}

function caseXml({ code, level, path, line, message }: LintFinding, isFailure: boolean): string {
  const head = attributes({ name: `${code} line ${line}`, classname: path, file: path, line });
  const text = escapeText(`${path}:${line}: ${message}`);
  const inner = isFailure
    ? `<failure${attributes({ type: code, message })}>${text}</failure>`
    : `<system-out>${escapeText(level)} ${text}</system-out>`;
  return `    <testcase${head}>\n      ${inner}\n    </testcase>\n`;
}
