import { expect, it } from 'vitest';
import { inZone, parseDigest, parseQuietHours } from './times.ts';

it('reads quiet hours', () => {
  expect(parseQuietHours('22:00-07:00')).toEqual({ from: '22:00', until: '07:00' });
  expect(parseQuietHours('none')).toBe('none');
  for (const text of ['22:00', '22:00-', '1-2-3']) expect(() => parseQuietHours(text)).toThrow('22:00-07:00');
});

it('reads the time of a digest', () => {
  expect(parseDigest('daily@08:00')).toEqual({ period: 'daily', at: '08:00', weekday: 1 });
  expect(parseDigest('weekly@Friday@17:30')).toEqual({ period: 'weekly', at: '17:30', weekday: 5 });
  expect(parseDigest('none')).toBe('none');
  for (const text of ['daily', 'weekly@08:00', 'weekly@xyz@08:00', 'daily@mon@08:00', 'monthly@08:00']) {
    expect(() => parseDigest(text)).toThrow('weekly@mon@08:00');
  }
});

it('uses the zone of the option, and leaves out what is not named', () => {
  expect(inZone({ at: '08:00' }, 'UTC')).toEqual({ at: '08:00', zone: 'UTC' });
  expect(inZone('none', 'UTC')).toBeNull();
  expect(inZone(undefined, 'UTC')).toBeUndefined();
});
