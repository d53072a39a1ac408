import { createHash } from 'node:crypto';

/** A failure compared with the earlier outcomes of its test. */
export const classifications = ['new', 'known', 'flaky'] as const;
export type Classification = (typeof classifications)[number];

/** How many earlier outcomes of a test on an environment are stored with each result. */
export const keptOutcomes = 10;

/** The outcomes of a test as text, the newest last: `.` passed, `x` failed. Broken and skipped tests have no outcome. */
export type OutcomeHistory = string;

/** So many changes are more than a regression and its fix. */
const flakyChanges = 3;

/** How often an outcome differs from the one before it. */
export function countChanges(outcomes: OutcomeHistory): number {
  return [...outcomes].filter((outcome, index) => index > 0 && outcome !== outcomes[index - 1]).length;
}

/** Whether a test keeps changing: failed, passed, and failed again, or the other way round. */
export function isFlaky(outcomes: OutcomeHistory): boolean {
  return countChanges(outcomes) >= flakyChanges;
}

/**
 * The share of outcomes that differ from the one before: 0 for a test that never changes; `undefined` for fewer than two
 * outcomes.
 */
export function flakinessOf(outcomes: OutcomeHistory): number | undefined {
  return outcomes.length < 2 ? undefined : countChanges(outcomes) / (outcomes.length - 1);
}

/** Classifies a failure by the outcomes before it; `undefined` for a test without earlier outcomes. */
export function classify(before: OutcomeHistory): Classification | undefined {
  if (before === '') return undefined;
  if (isFlaky(`${before}x`)) return 'flaky';
  return before.endsWith('x') ? 'known' : 'new';
}

/** The rest of a message does not help to distinguish causes. */
const maxCharacters = 600;

/**
 * Separates the exceptions in the message of a test: the first one is why it failed, the others came after it, in `<after>` or when
 * the browser was closed.
 */
export const laterException = '\n\nAfter that: ';

/** More lines of a message are not needed for its headline. */
const maxHeadlineLines = 40;

/**
 * The first line of a message that says something, with the values that it compares: Codeception and PHPUnit write them on the lines
 * below. `SUITE PRECONDITION FAILED:` only announces the next line.
 */
export function headlineOf(message: string): string {
  const [exception = ''] = message.split(laterException, 1);
  const lines = exception.split('\n', maxHeadlineLines).map((line) => line.trimEnd());
  const [first = '', ...rest] = lines.filter((line) => line.trim() !== '');
  const values = comparedValues(rest);
  if (values !== undefined) return `${first} ${values}`;
  if (first.endsWith(':')) return [first, ...rest.slice(0, 1).map((line) => line.trim())].join(' ');
  const end = rest.findIndex((line) => !line.startsWith('--> '));
  const continued = end === -1 ? rest : rest.slice(0, end);
  return [first, ...continued.map((line) => line.slice('--> '.length).trim())].join(' ');
}

/** The two values of a comparison, below `--- Expected` of PHPUnit or `- Expected | + Actual` of Codeception. */
function comparedValues(lines: readonly string[]): string | undefined {
  const start = lines.findIndex((line) => /^-{1,3} Expected/.test(line));
  if (start === -1) return undefined;
  const values = lines.slice(start + 1).filter((line) => !/^(?:\+\+\+ Actual|@@)/.test(line));
  const expected = values.find((line) => line.startsWith('-'));
  const actual = values.find((line) => line.startsWith('+'));
  if (expected === undefined || actual === undefined) return undefined;
  return `Expected ${expected.slice(1).trim()}, actual ${actual.slice(1).trim()}.`;
}

/** The first exception of a message, without the parts that differ between runs and shops: addresses, ids, numbers. */
export function normaliseMessage(message: string): string {
  const [first = ''] = message.split(laterException, 1);
  return first
    .slice(0, maxCharacters)
    .toLowerCase()
    .replace(/https?:\/\/[^\s/"'<>]+/g, '<site>')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '#')
    .replace(/(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{6,}/g, '#')
    .replace(/\d+/g, '#')
    .replace(/#(?:[-.:,]#)+/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A hash that is the same for all messages that are equal when normalised; `undefined` for an empty message. */
export function causeOf(message: string): string | undefined {
  const normal = normaliseMessage(message);
  return normal === '' ? undefined : createHash('sha256').update(normal).digest('hex').slice(0, 16);
}
