import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import type { TestResultView } from '../../operations/results/results-view.ts';
import { printFailures } from './failures.ts';
import { createOutput } from './terminal.ts';

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
    failure,
    attachments,
    ...more,
  } as never;
}

function print(tests: TestResultView[]): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  printFailures(createOutput(stream, {}), tests, 5);
  return text;
}

it('prints the step, the first line of the message, the meaning and the remedy of a failed test', () => {
  expect(print([result('CheckoutTest')])).toBe(`
failed CheckoutTest
  Step        7 of 9: click [Place order]
  Message     No element .place-order.
  Meaning     New: the test passed here before, so the shop or the test has changed.
  What to do  Look at the screenshot and the step; compare with the run in which it last passed.
  Screenshot  tests/CheckoutTest/x.png
  Log         matre log 5
`);
});

it('prints the meaning and the remedy of the code of a broken test', () => {
  const reason = { code: 'SELENIUM_FULL', message: 'No free slots.' };
  const text = print([result('CartTest', { status: 'broken', reason, failure: null, message: null })]);
  expect(text).toContain('broken CartTest (SELENIUM_FULL)\n');
  expect(text).toContain('  Meaning     No browser session is free.\n');
  expect(text).toContain('  What to do  Add Selenium nodes');
});

it('prints one block for each cause, the most frequent first, however many tests have it', () => {
  const names = Array.from({ length: 30 }, (_, index) => `Test${index}`);
  const other = result('OtherTest', { failure: { ...failure, cause: 'b', classification: null } });
  const text = print([other, result('Passed', { status: 'passed' }), ...names.map((name) => result(name))]);
  const headings = text.split('\n').filter((line) => line.startsWith('failed'));
  expect(headings).toEqual(['failed 30 tests: Test0, Test1 and 28 more', 'failed OtherTest']);
});

it('prints nothing for a run without failures, and no control characters of a message', () => {
  expect(print([result('Passed', { status: 'passed' })])).toBe('');
  expect(print([result('CartTest', { message: 'a\u001b[2Jb' })])).not.toContain('\u001b');
});
