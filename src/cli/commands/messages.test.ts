import { describe, expect, it } from 'vitest';
import { localTime } from '../output/format.ts';
import { subjectOf, whatOf } from './messages.ts';

describe('the list of messages', () => {
  it.each([
    ['status', 'submission 57, status'],
    ['comment', 'submission 57, comment'],
    ['post', 'submission 57'],
  ] as const)('names a %s of a submission "%s"', (purpose, expected) => {
    expect(subjectOf({ submission: 57, run: null, alert: null, purpose })).toBe(expected);
  });

  it('says until when a message waits that was not attempted yet', () => {
    const dueAt = '2026-11-29T06:00:00.000Z';
    const error = { code: 'CHANNEL_BUSY', message: 'later', permanent: false };
    const whatAt = (now: string, values: object = {}) =>
      whatOf({ error: null, headline: null, dueAt, ...values }, new Date(now));
    const night = '2026-11-29T05:59:59Z';
    expect(whatAt(night)).toBe(`waits until ${localTime(dueAt)}`);
    expect(whatAt('2026-11-29T06:00:01Z')).toBe('-');
    expect(whatAt(night, { headline: 'nightly passed' })).toBe('nightly passed');
    expect(whatAt(night, { error })).toBe('CHANNEL_BUSY: later');
  });
});
