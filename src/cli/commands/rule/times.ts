import { InvalidArgumentError } from 'commander';
import { ownZone } from '../../output/format.ts';

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** `22:00-07:00` as quiet hours in a zone, or `none`. Not null, of which Commander makes an empty text. */
export function parseQuietHours(text: string): { from: string; until: string } | 'none' {
  if (text === 'none') return text;
  const [from, until, ...rest] = text.split('-');
  if (!from || !until || rest.length > 0) throw new InvalidArgumentError('Write 22:00-07:00, or none.');
  return { from, until };
}

/** `daily@08:00` or `weekly@mon@08:00` as the time of a digest, or `none`. */
export function parseDigest(
  text: string,
): { period: 'daily' | 'weekly'; at: string; weekday: number } | 'none' {
  if (text === 'none') return text;
  const [period, ...rest] = text.toLowerCase().split('@');
  const at = rest.at(-1);
  const weekday = rest.length === 2 ? days.indexOf((rest[0] ?? '').slice(0, 3)) : 1;
  const isComplete = period === 'daily' ? rest.length === 1 : period === 'weekly' && rest.length === 2;
  if (!isComplete || at === undefined || weekday === -1) {
    throw new InvalidArgumentError('Write daily@08:00, weekly@mon@08:00 or none.');
  }
  return { period: period === 'daily' ? 'daily' : 'weekly', at, weekday };
}

/** A time with its zone: that of the option, or of this computer. `none` is null: the field is emptied. */
export function inZone<Time extends object>(
  time: Time | 'none' | undefined,
  zone: string | undefined,
): (Time & { zone: string }) | null | undefined {
  if (time === 'none') return null;
  return time && { ...time, zone: zone ?? ownZone() };
}
