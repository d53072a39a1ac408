import { describe, expect, it } from 'vitest';
import { judgeOverdue, maxCounted } from './overdue.ts';

const at = (text: string) => new Date(`2026-05-04T${text}Z`);
const nightly = {
  cron: '0 2 * * *',
  zone: 'UTC',
  dayRule: 'vixie' as const,
  missed: 'once' as const,
  catchUpMinutes: 120,
  nextAt: at('02:00:00'),
};

describe('a schedule that is due', () => {
  it('is on time up to a minute late', () => {
    const judged = {
      dueAt: at('02:00:00'),
      missed: 0,
      verdict: 'on-time',
      nextAt: new Date('2026-05-05T02:00:00Z'),
    };
    expect(judgeOverdue(nightly, at('02:00:00'))).toEqual(judged);
    expect(judgeOverdue(nightly, at('02:01:00'))).toEqual(judged);
    expect(judgeOverdue({ ...nightly, missed: 'skip' }, at('02:01:00'))).toEqual(judged);
  });

  it('is caught up or missed after that, by its rule and its catch-up limit', () => {
    expect(judgeOverdue(nightly, at('02:01:01')).verdict).toBe('catch-up');
    expect(judgeOverdue(nightly, at('04:00:00')).verdict).toBe('catch-up');
    expect(judgeOverdue(nightly, at('04:00:01')).verdict).toBe('missed');
    expect(judgeOverdue({ ...nightly, missed: 'skip' }, at('02:01:01')).verdict).toBe('missed');
  });

  it('fires once for all times that passed, and continues with the first future time', () => {
    const often = { ...nightly, cron: '*/10 * * * *' };
    expect(judgeOverdue(often, at('02:34:00'))).toEqual({
      dueAt: at('02:30:00'),
      missed: 3,
      verdict: 'catch-up',
      nextAt: at('02:40:00'),
    });
    // The latest is on time, whatever was missed before.
    expect(judgeOverdue({ ...often, missed: 'skip' }, at('02:30:10'))).toMatchObject({
      dueAt: at('02:30:00'),
      missed: 3,
      verdict: 'on-time',
    });
  });

  it('stops counting missed times at a limit', () => {
    const judged = judgeOverdue({ ...nightly, cron: '* * * * *' }, new Date('2027-05-04T00:00:30Z'));
    expect(judged).toMatchObject({
      dueAt: new Date('2027-05-04T00:00:00Z'),
      missed: maxCounted,
      verdict: 'on-time',
    });
  });

  it('keeps a stored time that the recurrence no longer has', () => {
    expect(judgeOverdue({ ...nightly, nextAt: at('02:17:00') }, at('02:17:05'))).toMatchObject({
      dueAt: at('02:17:00'),
      missed: 0,
      verdict: 'on-time',
    });
  });
});
