import { createHash } from 'node:crypto';

/** What a failure is to somebody who knows how the test went before. */
export const classifications = ['new', 'known', 'flaky'] as const;
export type Classification = (typeof classifications)[number];

/** How many earlier answers of a test on an environment are kept with each result. */
export const keptOutcomes = 10;

/** Answers as text, the newest last: `.` passed, `x` failed. What was broken or skipped is no answer. */
export type Answers = string;

/** So many changes are no regression and its repair any more. */
const flakyChanges = 3;

/** How often an answer differs from the one before it. */
export function countChanges(answers: Answers): number {
  return [...answers].filter((answer, index) => index > 0 && answer !== answers[index - 1]).length;
}

/** Whether a test keeps changing: failed, passed, and failed again, or the other way round. */
export function isFlaky(answers: Answers): boolean {
  return countChanges(answers) >= flakyChanges;
}

/** Of neighbours, the share that differ: 0 for a test that always answers alike; `undefined` without two answers. */
export function flakinessOf(answers: Answers): number | undefined {
  return answers.length < 2 ? undefined : countChanges(answers) / (answers.length - 1);
}

/** What a failure is after those answers; `undefined` for a test that never answered before. */
export function classify(before: Answers): Classification | undefined {
  if (before === '') return undefined;
  if (isFlaky(`${before}x`)) return 'flaky';
  return before.endsWith('x') ? 'known' : 'new';
}

/** More of a message does not tell causes apart. */
const tellingCharacters = 600;

/** A message without what differs from run to run and from shop to shop: addresses, ids, numbers. */
export function normaliseMessage(message: string): string {
  return message
    .slice(0, tellingCharacters)
    .toLowerCase()
    .replace(/https?:\/\/[^\s/"'<>]+/g, '<site>')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '#')
    .replace(/(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{6,}/g, '#')
    .replace(/\d+/g, '#')
    .replace(/#(?:[-.:,]#)+/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The same for all messages that differ in such things only; `undefined` for one that says nothing. */
export function causeOf(message: string): string | undefined {
  const normal = normaliseMessage(message);
  return normal === '' ? undefined : createHash('sha256').update(normal).digest('hex').slice(0, 16);
}
