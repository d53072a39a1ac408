import { describe, expect, it } from 'vitest';
import type { DigestTime } from '../../model/message-rule.ts';
import { duePeriod, nextDigest } from './digest-time.ts';

const daily: DigestTime = { period: 'daily', at: '08:00', zone: 'Europe/Berlin', weekday: 1 };
const weekly: DigestTime = { ...daily, period: 'weekly' };

describe('digests', () => {
  it.each<[string, DigestTime, string, string]>([
    ['are due at their time of the next day', daily, '2026-11-28T07:00:00Z', '2026-11-29T07:00:00.000Z'],
    ['are due on the same day before their time', daily, '2026-11-28T06:59:00Z', '2026-11-28T07:00:00.000Z'],
    ['follow the clock in summer', daily, '2026-07-01T10:00:00Z', '2026-07-02T06:00:00.000Z'],
    ['are due on their day of the week', weekly, '2026-11-28T12:00:00Z', '2026-11-30T07:00:00.000Z'],
    [
      'are due at the change when the clock skips their time',
      { ...daily, at: '02:30' },
      '2026-03-28T12:00:00Z',
      '2026-03-29T01:00:00.000Z',
    ],
  ])('%s', (_, digest, at, next) => expect(nextDigest(digest, new Date(at)).toISOString()).toBe(next));

  it('are about the time since the one before', () => {
    expect(duePeriod(daily, new Date('2026-11-28T07:00:05Z'))).toEqual({
      from: new Date('2026-11-27T07:00:00Z'),
      to: new Date('2026-11-28T07:00:00Z'),
    });
    expect(duePeriod(weekly, new Date('2026-12-02T00:00:00Z'))).toEqual({
      from: new Date('2026-11-23T07:00:00Z'),
      to: new Date('2026-11-30T07:00:00Z'),
    });
  });

  it('have an hour less in the night in which the clock is set forward', () => {
    const { from, to } = duePeriod(daily, new Date('2026-03-29T12:00:00Z'));
    expect(to.getTime() - from.getTime()).toBe(23 * 60 * 60_000);
  });
});
