import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Column, printFields, printTable } from './table.ts';
import { createOutput } from './terminal.ts';

interface Row {
  environment: string;
  test: string;
}

const columns: Column<Row>[] = [
  { heading: 'Environment', text: ({ environment }) => environment, truncate: 'middle' },
  { heading: 'State', text: () => 'failed' },
  { heading: 'Test', text: ({ test }) => test, truncate: 'middle' },
];

function capture(print: (output: ReturnType<typeof createOutput>) => void, width?: number): string[] {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const terminal = width === undefined ? stream : Object.assign(stream, { isTTY: true, columns: width });
  print(createOutput(terminal, { NO_COLOR: '1' }));
  return text.split('\n').slice(0, -1);
}

describe('a table', () => {
  // The longest name of a test in Magento 2.4.4 has 134 characters, and a code may have 63.
  const long = { environment: `preprod-${'e'.repeat(52)}-us`, test: `Admin${'x'.repeat(125)}Test` };
  const rows = [long, { environment: 'us', test: 'CartTest' }];

  it('fits a terminal of 80 columns, with the beginning and the end of long names', () => {
    const lines = capture((output) => printTable(output, columns, rows), 80);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(/^preprod-e+…e+-us {2}failed {2}Adminx+…x+Test$/);
    expect(lines[2]).toMatch(/^us +failed {2}CartTest$/);
  });

  it('leaves out an optional column before others are truncated for it', () => {
    const withSelection: Column<Row>[] = [
      ...columns.slice(0, 2),
      { heading: 'By', text: () => 'schedule nightly', truncate: 'middle' },
      { heading: 'Selection', text: ({ test }) => test, isOptional: true },
    ];
    const short = [{ environment: 'us', test: 'group regression and some more' }];
    const lines = (width?: number) => capture((output) => printTable(output, withSelection, short), width);
    expect(lines(60)[1]).toBe('us           failed  schedule nightly  group regression and…');
    expect(lines(49)[1]).toBe('us           failed  schedule nightly  group reg…');
    expect(lines(48)[1]).toBe('us           failed  schedule nightly');
    expect(lines()[1]).toContain('group regression and some more');
  });

  it('has whole names in a pipe', () => {
    const lines = capture((output) => printTable(output, columns, rows));
    expect(lines[1]).toBe(`${long.environment}  failed  ${long.test}`);
  });
});

it('continues a long value below its beginning on a terminal, and not in a pipe', () => {
  const value = 'Look at the screenshot and the step; compare with the run in which it last passed.';
  const print = (width?: number) => capture((output) => printFields(output, [['What to do', value]]), width);
  expect(print(60)).toEqual([
    'What to do  Look at the screenshot and the step; compare',
    '            with the run in which it last passed.',
  ]);
  expect(print()).toEqual([`What to do  ${value}`]);
});
