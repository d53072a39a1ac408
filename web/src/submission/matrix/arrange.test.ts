import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MatrixCell, MatrixRow, MatrixView } from '#src/operations/submissions/matrix-view.ts';
import { arrange, indexMatrix, type MatrixFilter } from './arrange.ts';
import { classFilters } from './result-state.ts';

const cell = (fields: Partial<MatrixCell> = {}): MatrixCell => ({
  ...{ outcome: 'passed', classes: [], durationMs: 1_000, usualMs: 1_000, cause: null, run: 7 },
  ...fields,
});
const failed = (cause: string, ...classes: MatrixCell['classes']) =>
  cell({ outcome: 'failed', classes, cause });
const row = (test: string, ...cells: (MatrixCell | null)[]): MatrixRow => ({ test, suite: null, cells });
const cause = (name: string): MatrixView['causes'][number] => ({
  ...{
    cause: name,
    message: `message ${name}`,
    values: [],
    tests: 1,
    environments: [],
    since: null,
    note: null,
  },
});
const matrixOf = (...rows: MatrixRow[]): MatrixView => ({
  environments: ['us', 'es'],
  tests: rows.length,
  rows,
  causes: [cause('a'), cause('b')],
});
const all: MatrixFilter = { search: '', only: undefined, environment: '' };

/** The lines as text: `# new 2`, `cause a 2`, `  ATest`, `BTest`. */
function lines(matrix: MatrixView, filter: Partial<MatrixFilter> = {}, open: string[] = []): string[] {
  return arrange(indexMatrix(matrix), { ...all, ...filter }, new Set(open)).map((item) => {
    if (item.kind === 'section')
      return `# ${item.section} ${item.tests}${item.elsewhere > 0 ? ` and ${item.elsewhere} elsewhere` : ''}`;
    if (item.kind === 'cause') return `${item.cause ? `cause ${item.cause.cause}` : item.key} ${item.tests}`;
    return `${item.isBelowCause ? '  ' : ''}${item.row.test}`;
  });
}

it('has a section for each class, new failures first, and each test once', () => {
  const matrix = matrixOf(
    row('SameTest', cell(), cell()),
    row('FixedTest', cell({ classes: ['fixed'] }), cell()),
    row('SlowerTest', cell({ classes: ['slower'], durationMs: 3_000 }), cell()),
    row('KnownAndNewTest', failed('a', 'known'), failed('b', 'new')),
    row('KnownTest', failed('a', 'known'), cell()),
    row('RelapseTest', failed('a', 'new', 'known', 'flaky'), cell()),
    row('BrokenTest', cell({ outcome: 'broken' }), cell()),
    row('SkippedInOneTest', cell({ outcome: 'skipped' }), cell()),
    row('FirstEverTest', failed('b'), cell()),
  );
  expect(lines(matrix)).toEqual([
    ...['# new 1', 'KnownAndNewTest', '# other 1', 'FirstEverTest', '# relapse 1', 'RelapseTest'],
    ...['# broken 1', 'BrokenTest', '# known 1 and 2 elsewhere', 'KnownTest'],
    ...['# slower 1', 'SlowerTest', '# fixed 1', 'FixedTest'],
    ...['# differs 1', 'SkippedInOneTest', '# same 1', 'SameTest'],
  ]);
});

it('makes one line of several tests with the same cause, which unfolds', () => {
  const matrix = matrixOf(
    row('OtherTest', failed('b', 'new'), cell()),
    row('OneTest', failed('a', 'new'), cell()),
    row('TwoTest', failed('a', 'new'), failed('a', 'known')),
  );
  expect(lines(matrix)).toEqual(['# new 3', 'cause a 2', 'OtherTest']);
  expect(lines(matrix, {}, ['cause new a'])).toEqual([
    ...['# new 3', 'cause a 2', '  OneTest', '  TwoTest', 'OtherTest'],
  ]);
  const [, line] = arrange(indexMatrix(matrix), all, new Set());
  expect(line?.kind === 'cause' && line.cells.map((each) => each?.tests)).toEqual([2, 1]);
});

it('makes one line of the tests of a broken environment, and lists a test for what it does elsewhere', () => {
  const broken = cell({ outcome: 'broken' });
  const matrix = matrixOf(
    row('OneTest', cell(), broken),
    row('FlakyTest', cell({ classes: ['flaky'] }), broken),
    row('TwoTest', cell(), broken),
    row('BothTest', broken, broken),
  );
  const folded = ['# broken 3 and 1 elsewhere', 'broken on 1 2', 'BothTest', '# flaky 1', 'FlakyTest'];
  expect(lines(matrix)).toEqual(folded);
  expect(lines(matrix, {}, ['broken on 1'])).toEqual(folded.toSpliced(2, 0, '  OneTest', '  TwoTest'));
  expect(lines(matrix, { only: 'broken' })).toEqual(['# broken 4', 'broken on 1 3', 'BothTest']);
  const [, line] = arrange(indexMatrix(matrix), all, new Set());
  expect(line?.kind === 'cause' && line.cells.map((each) => each?.tests)).toEqual([undefined, 2]);
});

it('filters by words of the name, by class and by environment', () => {
  const matrix = matrixOf(
    row('AdminCartTest', failed('a', 'new'), cell({ classes: ['flaky'] })),
    row('CartTest', cell(), failed('b', 'known', 'flaky')),
    row('OnlyHereTest', null, cell({ classes: ['fixed'] })),
  );
  expect(lines(matrix, { search: 'cart  ADMIN' })).toEqual(['# new 1', 'AdminCartTest']);
  expect(lines(matrix, { only: 'flaky' })).toEqual(['# flaky 2', 'CartTest', 'AdminCartTest'].toSorted());
  expect(lines(matrix, { environment: 'us' })).toEqual(['# new 1', 'AdminCartTest', '# same 1', 'CartTest']);
  expect(lines(matrix, { environment: 'us', only: 'flaky' })).toEqual([]);
});

it('can be filtered to failures that are neither new nor known', () => {
  const matrix = matrixOf(
    row('FirstEverTest', failed('b'), cell({ classes: ['fixed'] })),
    row('FlakyTest', failed('b', 'flaky'), cell()),
    row('KnownTest', failed('a', 'known'), cell()),
  );
  expect(lines(matrix, { only: 'other' })).toEqual(['# other 2', 'cause b 2']);
  expect(lines(matrix, { environment: 'es', only: 'other' })).toEqual([]);
});

it('puts the test first that grew most', () => {
  const slower = (durationMs: number) => cell({ classes: ['slower'], durationMs });
  const matrix = matrixOf(row('SomeTest', slower(2_000), cell()), row('MoreTest', cell(), slower(5_000)));
  expect(lines(matrix)).toEqual(['# slower 2', 'MoreTest', 'SomeTest']);
});

const cells = fc.option(
  fc.record({
    outcome: fc.constantFrom('passed', 'failed', 'broken', 'skipped', null),
    classes: fc.uniqueArray(fc.constantFrom('new', 'known', 'fixed', 'flaky', 'slower')),
    durationMs: fc.option(fc.nat()),
    usualMs: fc.option(fc.nat()),
    cause: fc.option(fc.constantFrom('a', 'b', 'without an entry')),
    run: fc.nat(),
  }),
) as fc.Arbitrary<MatrixCell | null>;

it('shows every test with a result exactly once when all causes are open, whatever its classes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cells, cells)),
      fc.constantFrom(undefined, ...classFilters),
      (pairs, only) => {
        const matrix = matrixOf(...pairs.map((pair, index) => row(`T${index}`, ...pair)));
        const indexed = indexMatrix(matrix);
        const folded = arrange(indexed, { ...all, only }, new Set());
        const open = arrange(indexed, { ...all, only }, new Set(folded.map(({ key }) => key)));
        const tests = open.flatMap((item) => (item.kind === 'test' ? [item.row.test] : []));
        expect(new Set(tests).size).toBe(tests.length);
        expect(new Set(open.map(({ key }) => key)).size).toBe(open.length);
        const counted = folded.reduce((sum, item) => sum + (item.kind === 'section' ? item.tests : 0), 0);
        expect(tests.length).toBe(counted);
        if (only === undefined) expect(counted).toBe(pairs.filter((pair) => pair.some(Boolean)).length);
      },
    ),
  );
});
