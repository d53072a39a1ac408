import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { momentText, parseDuration, parseMoment } from './moment.ts';

describe('a time of the clock', () => {
  const zone = process.env['TZ'];
  beforeEach(() => {
    process.env['TZ'] = 'Europe/Madrid';
  });
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  const parse = (text: string, now: string) => parseMoment(text, new Date(now)).toISOString();

  it.each([
    ['15:00', '2026-11-29T10:00:00Z', '2026-11-29T14:00:00.000Z'],
    ['15:00', '2026-11-29T14:00:00Z', '2026-11-30T14:00:00.000Z'],
    // Over the nights in which the clock is set.
    ['15:00', '2026-03-28T20:00:00Z', '2026-03-29T13:00:00.000Z'],
    ['15:00', '2026-10-24T20:00:00Z', '2026-10-25T14:00:00.000Z'],
    ['23:30', '2026-10-25T22:45:00Z', '2026-10-26T22:30:00.000Z'],
    ['2026-11-30 15:00', '2026-11-29T10:00:00Z', '2026-11-30T14:00:00.000Z'],
    ['2026-11-30T15:00+05:30', '2026-11-29T10:00:00Z', '2026-11-30T09:30:00.000Z'],
  ])('%s at %s is %s', (text, now, expected) => {
    expect(parse(text, now)).toBe(expected);
  });

  it('that occurs twice is the first one, and one that the clock skips is refused', () => {
    expect(parse('02:30', '2026-10-24T22:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(() => parse('02:30', '2026-03-28T23:30:00Z')).toThrow('There is no 02:30 on 2026-03-29');
    expect(() => parse('2026-02-31 15:00', '2026-01-01T00:00:00Z')).toThrow();
  });

  it.each(['', '25:00', '3pm', '15', 'tomorrow', '2026-13-01 10:00'])('is not %j', (text) => {
    expect(() => parseMoment(text)).toThrow();
  });

  it('is shown in this time zone and in UTC', () => {
    expect(momentText('2026-11-29T14:00:00Z', new Date('2026-11-29T13:00:00Z'))).toBe(
      '2026-11-29 15:00 GMT+1 (14:00 UTC, in 1 h)',
    );
  });
});

it('reads lengths of time', () => {
  expect(parseDuration('30m')).toBe(1_800_000);
  expect(parseDuration('1 h 30 min')).toBe(5_400_000);
  for (const text of ['', '0m', '30', '-5m', '15:00']) expect(() => parseDuration(text)).toThrow();
});
