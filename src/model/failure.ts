import { createHash } from 'node:crypto';
import { laterException } from './failure-headline.ts';

/** What is said of a failure first, after the history of its test: one of its result classes. */
export const classifications = ['flaky', 'new', 'known'] as const;
export type Classification = (typeof classifications)[number];

/** How many earlier outcomes of a test on an environment are stored with each result. */
export const keptOutcomes = 10;

/** The outcomes of a test as text, the newest last: `.` passed, `x` failed. Broken and skipped tests have no outcome. */
export type OutcomeHistory = string;

/** How often an outcome differs from the one before it. */
export function countChanges(outcomes: OutcomeHistory): number {
  return [...outcomes].filter((outcome, index) => index > 0 && outcome !== outcomes[index - 1]).length;
}

/**
 * The share of outcomes that differ from the one before: 0 for a test that never changes; `undefined` for fewer than two
 * outcomes.
 */
export function flakinessOf(outcomes: OutcomeHistory): number | undefined {
  return outcomes.length < 2 ? undefined : countChanges(outcomes) / (outcomes.length - 1);
}

/** The rest of a message does not help to distinguish causes. */
const maxCharacters = 600;

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
