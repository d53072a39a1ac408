import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotationsOf, type FinishedRuns, finishedRuns, outputsOf, summaryOf } from './github.ts';

type Failure = FinishedRuns['failures'][number];

function failure(more: Partial<Failure> = {}): Failure {
  return {
    run: 7,
    environment: 'preprod-us',
    test: 'CartTest',
    suite: null,
    status: 'failed',
    classification: 'new',
    quarantined: false,
    message: 'No element #cart.',
    file: null,
    page: null,
    ...more,
  };
}

function finished(failures: Failure[], more: object = {}): FinishedRuns {
  const counts = { planned: 3, passed: 2, failed: 1, broken: 0, skipped: 0 };
  const run = { id: 7, environment: 'preprod-us', verdict: 'failed', reason: null, counts, ...more };
  return finishedRuns.parse({ exitCode: 1, runs: [run], failures });
}

/** What the runner of GitHub reads in a line: the command, its properties and its message, unescaped. */
function readCommand(line: string) {
  const [, name, list = '', data = ''] = /^::(\w+)(?: (.*?))?::(.*)$/s.exec(line) ?? [];
  const decode = (text: string) =>
    text.replace(/%(0D|0A|3A|2C|25)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  const properties = list.split(',').map((property) => {
    const [key = '', value = ''] = property.split('=', 2);
    return [key, decode(property.slice(key.length + 1) || value)];
  });
  return { name, properties: Object.fromEntries(properties), message: decode(data) };
}

describe('annotations', () => {
  it('are errors at the line of the test, with the folder of the test module removed', () => {
    const file = 'app/code/Acme/Tests/Test/Mftf/Test/CartTest.xml:12';
    const page = 'http://127.0.0.1:8089/runs/7';
    const [line, ...others] = annotationsOf(finished([failure({ file, page })]), {
      strip: 'app/code/Acme/Tests',
    });
    expect(line).toBe(
      '::error file=Test/Mftf/Test/CartTest.xml,line=12,title=CartTest failed on preprod-us::No element #cart.%0Ahttp://127.0.0.1:8089/runs/7',
    );
    expect(others).toEqual([]);
    expect(annotationsOf(finished([failure({ file })]), { strip: 'app/co' })[0]).toContain(
      'file=app/code/Acme/',
    );
  });

  it('are warnings behind all errors for failures that a quarantine covers', () => {
    const lines = annotationsOf(finished([failure({ quarantined: true }), failure({ test: 'LoginTest' })]));
    expect(lines).toEqual([
      '::error title=LoginTest failed on preprod-us::No element #cart.',
      '::warning title=CartTest failed%2C quarantined%2C on preprod-us::No element #cart.',
    ]);
  });

  it('name a run that failed when its failures are not listed', () => {
    expect(annotationsOf(finished([]))).toEqual([
      '::error title=Run 7 on preprod-us%3A failed::1 of 3 tests failed, 0 were broken.',
    ]);
  });

  it('name a run without a trustworthy verdict first, and are at most ten', () => {
    const reason = { code: 'IMAGE_MISSING', message: 'There is no image.' };
    const broken = finished(
      Array.from({ length: 30 }, () => failure()),
      { verdict: 'broken', reason },
    );
    const lines = annotationsOf(broken);
    expect(lines[0]).toBe('::error title=Run 7 on preprod-us%3A broken::There is no image.');
    expect(lines).toHaveLength(10);
  });

  it('are one command each that says exactly its texts, for any text', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('::', ':', ',', '=', '\n', '\r', '%', '%0A', '::error::', '$(id)', '`id`'),
        fc.string({ unit: 'binary', maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(text, text, text, (test, message, path) => {
        const lines = annotationsOf(finished([failure({ test, message, file: `a${path}:3` })]));
        expect(lines).toHaveLength(1);
        expect(lines[0]).not.toMatch(/[\r\n]/);
        expect(readCommand(lines[0] ?? '')).toEqual({
          name: 'error',
          properties: { file: `a${path}`, line: '3', title: `${test} failed on preprod-us` },
          message,
        });
      }),
    );
  });
});

describe('the summary', () => {
  it('has the runs, and the failures with a link to the page', () => {
    const page = 'http://127.0.0.1:8089/runs/7?test=Cart(1)';
    expect(summaryOf(finished([failure({ page })]))).toBe(
      [
        '## matre',
        '',
        '| Run | Environment | Verdict | Tests | Passed | Failed | Broken | Skipped | Reason |',
        '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
        '| 7 | preprod\\-us | failed | 3 | 2 | 1 | 0 | 0 |  |',
        '',
        '| Test | Environment | Status | Message |',
        '| --- | --- | --- | --- |',
        '| [CartTest](http://127.0.0.1:8089/runs/7?test=Cart%281%29) | preprod\\-us | failed\\, new | No element \\#cart\\. |',
        '',
      ].join('\n'),
    );
  });

  it('has no failures when all tests passed, and says how many it leaves out', () => {
    expect(summaryOf(finished([], { verdict: 'passed' }))).not.toContain('| Test |');
    expect(summaryOf(finished(Array.from({ length: 203 }, () => failure())))).toContain('and 3 more');
  });

  it('keeps its form for any text', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('|', '\n', '`', '<img>', '](x)', '\\', '&lt;', '**'),
        fc.string({ unit: 'binary', maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(text, text, text, (test, message, page) => {
        const rows = summaryOf(finished([failure({ test, message, page })])).split('\n');
        expect(rows).toHaveLength(10);
        const row = rows[8] ?? '';
        // Four cells, and nothing that HTML or Markdown reads: every punctuation is escaped.
        expect(row.replaceAll(/\\[!-~]/g, '').split('|')).toHaveLength(6);
        expect(row).not.toContain('<');
      }),
    );
  });
});

it('the outputs are the verdict and the exit code', () => {
  expect([0, 1, 2, 130].map((exitCode) => outputsOf({ ...finished([]), exitCode }))).toEqual([
    'verdict=passed\nexit-code=0\n',
    'verdict=failed\nexit-code=1\n',
    'verdict=broken\nexit-code=2\n',
    'verdict=broken\nexit-code=130\n',
  ]);
});

it('a document of another command is refused, and one without failures is read', () => {
  expect(finishedRuns.safeParse({ runs: [] }).success).toBe(false);
  expect(finishedRuns.parse({ exitCode: 0, runs: [] }).failures).toEqual([]);
});
