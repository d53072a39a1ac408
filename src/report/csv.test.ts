import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reported, result } from '../../test/support/reported-run.ts';
import { csvHead, csvLine } from './csv.ts';
import { rowsOf } from './result-rows.ts';

/** The cells of a CSV file as RFC 4180 defines it. */
function parse(csv: string): string[][] {
  const records = [...csv.matchAll(/((?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n))/g)].map(([cell]) => cell);
  const rows: string[][] = [[]];
  for (const cell of records) {
    const text = cell.replace(/(,|\r\n)$/, '');
    rows.at(-1)?.push(text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
    if (cell.endsWith('\r\n')) rows.push([]);
  }
  return rows.slice(0, -1);
}

it('has a row for each attempt of each test and for planned tests without a result', () => {
  const module = { name: 'module', target: 'app/code/Acme', id: 'c0ffee', subject: '' };
  const place = { test: { file: 'app/code/Acme/Test/ATest.xml', line: 3 } };
  const results = [
    result('Flaky', 'failed', { attempt: 1 }),
    result('Flaky', 'passed', { attempt: 2 }),
    result('Covered', 'failed', { suite: 'One', place }),
  ];
  const quarantine = { id: 3, owner: 'ann', reason: 'slow', endsAt: new Date() };
  const plan = [
    { test: 'Flaky', suite: undefined },
    { test: 'Covered', suite: 'One', quarantine },
    { test: 'Lost', suite: undefined },
  ];
  const { run, listed } = reported(results, { modules: [module] }, plan);
  const rows = listed.flatMap((test) => rowsOf(run, test));
  expect(rows.map(({ test, attempt, last, status }) => [test, attempt, last, status])).toEqual([
    ['Flaky', 1, false, 'failed'],
    ['Flaky', 2, true, 'passed'],
    ['Covered', 1, true, 'failed'],
    ['Lost', null, true, 'without a result'],
  ]);
  expect(rows.map(({ flaky, quarantined }) => [flaky, quarantined])).toEqual([
    [false, false],
    [true, false],
    [false, true],
    [false, false],
  ]);
  expect(rows[2]).toMatchObject({ suite: 'One', file: 'Test/ATest.xml', line: 3, durationMs: 1234 });
  expect(parse(csvHead + rows.map(csvLine).join(''))[1]?.slice(0, 7)).toEqual([
    '7',
    'preprod-us',
    'Flaky',
    '',
    '1',
    'false',
    'failed',
  ]);
});

it('keeps any message in its cell, and no cell is a formula', () => {
  const part = fc.constantFrom(
    '=',
    '+',
    '-',
    '@',
    '"',
    ',',
    ';',
    '\r\n',
    '\n',
    '\t',
    '\0',
    '\x1b[31m',
    '\ud800',
    '😀',
    'שלום',
    ' ',
  );
  const text = fc.array(fc.oneof(part, fc.string({ maxLength: 1 }))).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (message) => {
      const { run, listed } = reported([result('ATest', 'failed', { message })]);
      const rows = listed.flatMap((test) => rowsOf(run, test));
      const file = Buffer.from(csvHead + rows.map(csvLine).join('')).toString();
      const [head = [], cells = [], ...others] = parse(file);
      expect([cells.length, others.length]).toEqual([head.length, 0]);
      const cell = cells[head.indexOf('message')] ?? '';
      expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
      // Wherever a spreadsheet that separates cells by semicolons or tabs begins one.
      expect(file).not.toMatch(/[;\t\n][ "]{0,9}[=+\-@]/);
      const withoutQuotes = (text: string) => text.replaceAll("'", '');
      expect(withoutQuotes(cell)).toBe(withoutQuotes(message.replaceAll(/[^\P{Cc}\t\n]|\p{Cs}/gu, '')));
      expect(file).not.toContain('\ufffd');
    }),
  );
});

it('cuts a cell at the length that Excel takes, whatever was added to it', () => {
  const { run, listed } = reported([result('ATest', 'failed', { message: `x${';=😀'.repeat(10_000)}` })]);
  const file =
    csvHead +
    listed
      .flatMap((test) => rowsOf(run, test))
      .map(csvLine)
      .join('');
  const cell = parse(file)[1]?.find((each) => each.startsWith("x;'=😀")) ?? '';
  expect([cell.length, Buffer.from(cell).toString() === cell]).toEqual([31_999, true]);
});
