import type { ResolvedStep, ResolvedSuite } from '../resolver/model.ts';
import { helperClasses, helperContainer } from './php-method-call.ts';
import { stepLines } from './step-lines.ts';
import { suiteStyle } from './style.ts';
import type { CestContext } from './write-cest.ts';

/**
 * What is the same in the classes of all suites that one MFTF generates. It is taken from a class that this MFTF wrote, so none of its
 * code is in matre.
 */
export interface SuiteFrame {
  /** The parts between the name of the suite, the number of its tests, its helpers and the steps of both hooks. */
  pieces: readonly (string | Placeholder)[];
}

/** What differs from suite to suite: its name, the number of its tests, the creation of its helpers, the steps of its hooks. */
type Placeholder = { placeholder: 'name' | 'tests' | 'helpers' | 'before' | 'after' };

const stepsStart = /->_initializeSession\(\);\n\s*\}\n/g;
const stepsEnd = /^ *\} catch \(\\Exception \$exception\) \{/gm;
const helpersStart = /->getModuleContainer\(\);\n/g;
const helpersEnd = /^ *\/\/ increment test count/gm;

/** The frame of a generated class; `undefined` when it is not built as expected. */
export function suiteFrame(generated: string): SuiteFrame | undefined {
  const name = /public static \$group = '(\w+)';/.exec(generated)?.[1];
  const before = rangeOfSteps(generated, generated.indexOf('function executePreConditions'));
  const after = rangeOfSteps(generated, generated.indexOf('function executePostConditions'));
  const helpers = rangeBetween(generated, 0, helpersStart, helpersEnd);
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
    { from: tests.index, to: tests.index + tests[0].length, placeholder: 'tests' as const },
    { ...helpers, placeholder: 'helpers' as const },
    { ...before, placeholder: 'before' as const },
    { ...after, placeholder: 'after' as const },
  ];
  const pieces: (string | Placeholder)[] = [];
  let position = 0;
  for (const { from, to, placeholder } of cuts) {
    if (from < position) return undefined;
    pieces.push(...namedPieces(generated.slice(position, from), name), { placeholder });
    position = to;
  }
  pieces.push(...namedPieces(generated.slice(position), name));
  return { pieces };
}

/** Where the steps of a hook stand in a class, from a position on. */
function rangeOfSteps(text: string, start: number) {
  return start < 0 ? undefined : rangeBetween(text, start, stepsStart, stepsEnd);
}

/** What stands behind one pattern and before another, from a position on. */
function rangeBetween(text: string, start: number, opening: RegExp, closing: RegExp) {
  opening.lastIndex = start;
  if (opening.exec(text) === null) return undefined;
  closing.lastIndex = opening.lastIndex;
  const end = closing.exec(text);
  return end === null ? undefined : { from: opening.lastIndex, to: end.index };
}

/** A part of a class, with a placeholder for each place that has the name of the suite. */
function namedPieces(text: string, name: string): (string | Placeholder)[] {
  return text
    .split(name)
    .flatMap((piece, index) => (index === 0 ? [piece] : [{ placeholder: 'name' as const }, piece]));
}

/** The text of the class of a suite with a number of tests. Throws CestRefusal for a step that cannot be written. */
export function writeSuite(
  suite: ResolvedSuite,
  tests: number,
  frame: SuiteFrame,
  context: CestContext,
): string {
  const values = {
    name: suite.name,
    tests: String(tests),
    helpers: createHelpersLines(suite),
    before: linesOf(suite.before ?? [], context),
    after: linesOf(suite.after ?? [], context),
  };
  return frame.pieces
    .map((piece) => (typeof piece === 'string' ? piece : values[piece.placeholder]))
    .join('');
}

function linesOf(list: readonly ResolvedStep[], context: CestContext): string {
  return list
    .flatMap((step) =>
      stepLines(step, { ...context, style: suiteStyle, remarks: { notices: [], secrets: new Set() } }),
    )
    .filter((line) => line !== '')
    .map((line) => `${' '.repeat(16)}${line}\n`)
    .join('');
}

/** MFTF asks for the container of helpers twice. */
function createHelpersLines(suite: ResolvedSuite): string {
  const classes = helperClasses([...(suite.before ?? []), ...(suite.after ?? [])]);
  if (classes.size === 0) return '';
  const requests = [
    `/** @var ${helperContainer} $helperContainer */`,
    `$this->helperContainer = $this->getModule('${helperContainer}');`,
  ];
  return [
    ...requests,
    ...requests,
    ...[...classes].map((name) => `$this->helperContainer->create("${name}");`),
  ]
    .map((line) => `${' '.repeat(8)}${line}\n`)
    .join('');
}
