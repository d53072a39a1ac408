import type { ResolvedStep, ResolvedSuite } from '../resolver/model.ts';
import { stepLines } from './step-lines.ts';
import { suiteStyle } from './style.ts';
import type { CestContext } from './write-cest.ts';

/**
 * What is the same in the classes of all suites that one MFTF generates. It is taken from a class that this MFTF wrote, so none of its
 * code is in matre.
 */
export interface SuiteFrame {
  /** The parts between the name of the suite, the number of its tests, its helpers and the steps of both hooks. */
  pieces: readonly (string | Hole)[];
}

type Hole = { hole: 'name' | 'tests' | 'helpers' | 'before' | 'after' };

const sessionStarted = /->_initializeSession\(\);\n\s*\}\n/g;
const stepsEnd = /^ *\} catch \(\\Exception \$exception\) \{/gm;
const moduleContainer = /->getModuleContainer\(\);\n/g;
const helpersEnd = /^ *\/\/ increment test count/gm;

/** The frame of a generated class; `undefined` when it is not built as expected. */
export function suiteFrame(generated: string): SuiteFrame | undefined {
  const name = /public static \$group = '(\w+)';/.exec(generated)?.[1];
  const before = steps(generated, generated.indexOf('function executePreConditions'));
  const after = steps(generated, generated.indexOf('function executePostConditions'));
  const helpers = between(generated, 0, moduleContainer, helpersEnd);
  const tests = /(?<=\$testCount = )\d+(?=;)/.exec(generated);
  if (
    name === undefined ||
    before === undefined ||
    after === undefined ||
    helpers === undefined ||
    tests === null
  ) {
    return undefined;
  }
  const cuts = [
    { from: tests.index, to: tests.index + tests[0].length, hole: 'tests' as const },
    { ...helpers, hole: 'helpers' as const },
    { ...before, hole: 'before' as const },
    { ...after, hole: 'after' as const },
  ];
  const pieces: (string | Hole)[] = [];
  let position = 0;
  for (const { from, to, hole } of cuts) {
    if (from < position) return undefined;
    pieces.push(...namedPieces(generated.slice(position, from), name), { hole });
    position = to;
  }
  pieces.push(...namedPieces(generated.slice(position), name));
  return { pieces };
}

function steps(text: string, start: number) {
  return start < 0 ? undefined : between(text, start, sessionStarted, stepsEnd);
}

/** What stands behind one pattern and before another, from a position on. */
function between(text: string, start: number, opening: RegExp, closing: RegExp) {
  opening.lastIndex = start;
  if (opening.exec(text) === null) return undefined;
  closing.lastIndex = opening.lastIndex;
  const end = closing.exec(text);
  return end === null ? undefined : { from: opening.lastIndex, to: end.index };
}

function namedPieces(text: string, name: string): (string | Hole)[] {
  return text
    .split(name)
    .flatMap((piece, index) => (index === 0 ? [piece] : [{ hole: 'name' as const }, piece]));
}

/** The text of the class of a suite with a number of tests. */
export function writeSuite(
  suite: ResolvedSuite,
  tests: number,
  frame: SuiteFrame,
  context: CestContext,
): string {
  const values = {
    name: suite.name,
    tests: String(tests),
    helpers: helperLines(suite),
    before: linesOf(suite.before ?? [], context),
    after: linesOf(suite.after ?? [], context),
  };
  return frame.pieces.map((piece) => (typeof piece === 'string' ? piece : values[piece.hole])).join('');
}

function linesOf(list: readonly ResolvedStep[], context: CestContext): string {
  return list
    .flatMap((step) =>
      stepLines(step, { ...context, style: suiteStyle, remarks: { notices: new Set(), secrets: new Set() } }),
    )
    .filter((line) => line !== '')
    .map((line) => `${' '.repeat(16)}${line}\n`)
    .join('');
}

/** MFTF asks for the container of helpers twice. */
function helperLines(suite: ResolvedSuite): string {
  const classes = new Set<string>();
  for (const step of [...(suite.before ?? []), ...(suite.after ?? [])]) {
    if (step.action === 'helper' && step.attributes.class !== undefined) classes.add(step.attributes.class);
  }
  if (classes.size === 0) return '';
  const container = '\\Magento\\FunctionalTestingFramework\\Helper\\HelperContainer';
  const requests = [
    `/** @var ${container} $helperContainer */`,
    `$this->helperContainer = $this->getModule('${container}');`,
  ];
  return [
    ...requests,
    ...requests,
    ...[...classes].map((name) => `$this->helperContainer->create("${name}");`),
  ]
    .map((line) => `${' '.repeat(8)}${line}\n`)
    .join('');
}
