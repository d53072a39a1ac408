import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import type { TestResultView } from '../../operations/results/results-view.ts';
import { type FailureContext, printFailure, printFailures, sourceText } from './failures.ts';
import { createOutput, type Output } from './terminal.ts';

const failure = {
  classification: 'new',
  cause: 'a',
  sameCauseAs: [],
  step: { title: 'click [Place order]', number: 7, of: 9 },
};

function result(test: string, more: object = {}): TestResultView {
  const attachments = [{ name: 'x', kind: 'screenshot', path: `tests/${test}/x.png` }];
  const message = 'No element .place-order.\n#1 a trace';
  return {
    test,
    suite: null,
    status: 'failed',
    message,
    reason: null,
    attempt: 1,
    quarantine: null,
    failure,
    attachments,
    ...more,
  } as never;
}

const context: FailureContext = {
  runId: 5,
  environment: 'us',
  url: 'http://127.0.0.1:8089',
  sources: new Map([['CheckoutTest', 'app/code/Harbour/Test/Mftf/Test/CheckoutTest.xml:12']]),
  notes: new Map(),
};

function capture(
  print: (output: Output) => void,
  terminal: { columns: number } | undefined = undefined,
): string {
  let text = '';
  const stream = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        text += chunk;
        done();
      },
    }),
    terminal && { isTTY: true, ...terminal },
  );
  print(createOutput(stream, { NO_COLOR: '1' }));
  return text;
}

const print = (tests: TestResultView[], more: Partial<FailureContext> = {}) =>
  capture((output) => printFailures(output, tests, { ...context, ...more }));

it('prints the mark, the message, the step, the meaning and the remedy of a failed test, its file and its page', () => {
  expect(print([result('CheckoutTest')])).toBe(`
failed CheckoutTest: new failure
  Message     No element .place-order.
  Step        7 of 9: click [Place order]
  Meaning     New: the test passed here before, so the shop or the test has changed.
  What to do  Look at the screenshot and the step; compare with the run in which it last passed.
  File        app/code/Harbour/Test/Mftf/Test/CheckoutTest.xml:12
  Screenshot  http://127.0.0.1:8089/api/runs/5/artifacts/tests/CheckoutTest/x.png
  Page        http://127.0.0.1:8089/runs/5?test=CheckoutTest&panel=steps
  Cause       a
  Log         matre log 5 --test CheckoutTest
`);
});

it('names the line of the step that failed, the call of its action group, and the address of the line', () => {
  const source = { path: null, commit: null, url: null };
  const test = { file: 'app/code/Harbour/T.xml', line: 3, ...source };
  const call = { ...source, file: 'app/code/Harbour/T.xml', line: 9, actionGroup: 'Open', stepKey: 'open' };
  const url = 'https://github.com/acme/harbour/blob/c0ffee/A.xml#L4';
  const step = { ...source, file: 'app/code/Harbour/A.xml', line: 4, url, stepKey: 'clickOpen', call };
  const at = (place: object) => print([result('CheckoutTest', { failure: { ...failure, place } })]);
  expect(at({ test, step })).toContain(`
  File          app/code/Harbour/A.xml:4
  Action group  Open, called at app/code/Harbour/T.xml:9 [open]
  Source        ${url}
`);
  expect(at({ test, step: null })).toContain('  File        app/code/Harbour/T.xml:3\n');
});

it('names no page and the path of the screenshot without a server', () => {
  const text = print([result('CartTest')], { url: undefined });
  expect(text).toContain('  Screenshot  tests/CartTest/x.png\n');
  expect(text).not.toContain('Page');
});

it('prints the meaning and the remedy of the code of a broken test', () => {
  const reason = { code: 'SELENIUM_FULL', message: 'No free slots.' };
  const text = print([result('CartTest', { status: 'broken', reason, failure: null, message: null })]);
  expect(text).toContain('broken CartTest: SELENIUM_FULL\n');
  expect(text).toContain('  Meaning     No browser session is free.\n');
  expect(text).toContain('  What to do  Add Selenium nodes');
});

it('prints one block for each cause with the marks of its tests, the most frequent first, however many have it', () => {
  const names = Array.from({ length: 30 }, (_, index) => `Test${index}`);
  const other = result('OtherTest', { failure: { ...failure, cause: 'b', classification: null } });
  const flaky = result('FlakyTest', { failure: { ...failure, classification: 'flaky' } });
  const tests = [flaky, other, result('Passed', { status: 'passed' }), ...names.map((name) => result(name))];
  const lines = print(tests).split('\n');
  expect(lines.filter((line) => line.startsWith('failed'))).toEqual([
    'failed 31 tests with the same cause',
    'failed OtherTest',
  ]);
  expect(lines).toContain('  Test0: new failure');
  expect(lines).toContain('  and 11 more');
  expect(print([flaky, result('A')])).toContain('  A: new failure\n  FlakyTest: flaky\n');
});

it('prints a failure as it happens, with the values that the message compares, whole on any terminal', () => {
  const message =
    "Failed asserting that two strings are equal.\n- Expected | + Actual\n-'47,19 €'\n+'39,00 €'";
  const name = `Admin${'VeryLong'.repeat(16)}T`;
  const test = result(name, { message, suite: 'OrdersSuite', attempt: 2 });
  const text = capture((output) => printFailure(output, test, context));
  expect(text).toBe(`failed OrdersSuite:${name} on us (run 5, attempt 2): new failure
  Failed asserting that two strings are equal. Expected '47,19 €', actual '39,00 €'.
  http://127.0.0.1:8089/runs/5?test=OrdersSuite%3A${name}&panel=steps
`);
  const narrow = capture((output) => printFailure(output, test, context), { columns: 60 });
  expect(narrow).toContain(
    "  Failed asserting that two strings are equal. Expected\n  '47,19 €', actual '39,00 €'.\n",
  );
  expect(narrow).toContain(name);
});

it('marks a failure that a quarantine covers', () => {
  const quarantine = { id: 3, owner: 'ann', reason: 'slow', endsAt: '2026-12-31T12:00:00.000Z' };
  expect(print([result('CartTest', { quarantine })])).toContain(
    'CartTest: quarantined until 2026-12-31 by ann',
  );
});

it('prints nothing for a run without failures, and no control characters of a message', () => {
  expect(print([result('Passed', { status: 'passed' })])).toBe('');
  expect(print([result('CartTest', { message: 'a\u001b[2Jb' })])).not.toContain('\u001b');
});

it('finds where a test of a suite comes from by its name with the suite', () => {
  const sources = new Map([['Prices:CheckoutTest', 'a.xml:3']]);
  expect(sourceText(result('CheckoutTest', { suite: 'Prices' }), { sources })).toBe('a.xml:3');
  expect(sourceText(result('CheckoutTest'), { sources })).toBeUndefined();
});
