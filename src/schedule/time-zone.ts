import { closest, distance } from 'fastest-levenshtein';
import { Fault } from '../faults/fault.ts';

/** The clocks of a time zone. */
export interface Zone {
  /** What they show: the time as `2026-03-29 03:00`, and how far it is from UTC as `+02:00`. */
  wallClock(time: Date): { local: string; offset: string };
  /** Whether a time is the first or the second of two at which they show the same; `undefined`: neither. */
  placeAmongTwins(time: Date): 'first' | 'second' | undefined;
}

/** Errors: INPUT_INVALID for what is no name of the IANA database. */
export function openZone(name: string): Zone {
  const format = formatOf(name);

  /** How far they are from UTC, to the east. */
  const offsetMinutes = (time: Date): number => {
    const written = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = 0, minutes = 0] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(written) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };

  return {
    wallClock(time) {
      const minutes = offsetMinutes(time);
      const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
      const away = Math.abs(minutes);
      return {
        local: new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' '),
        offset: `${minutes < 0 ? '-' : '+'}${two(away / 60)}:${two(away % 60)}`,
      };
    },

    placeAmongTwins(time) {
      const offset = offsetMinutes(time);
      const after = (minutes: number) => offsetMinutes(new Date(time.getTime() + minutes * 60_000));
      // No zone sets its clock by more than three hours, or twice in a day.
      const back = offset - after(180);
      if (back > 0 && after(back) === offset - back) return 'first';
      const wasBack = after(-180) - offset;
      if (wasBack > 0 && after(-wasBack) === offset + wasBack) return 'second';
      return undefined;
    },
  };
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    // Offsets such as +02:00 know no summer time, and the names of zones are what people mean.
    if (/^[A-Za-z]/.test(name)) {
      return new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
    }
  } catch {
    // Told below.
  }
  const nearest = closest(name, Intl.supportedValuesOf('timeZone'));
  const offer =
    distance(name, nearest) <= 3
      ? `did you mean ${nearest}?`
      : 'a name such as Europe/Berlin or UTC is needed.';
  throw new Fault(
    'INPUT_INVALID',
    `The input is not valid. zone: ${JSON.stringify(name)} is no time zone, ${offer}`,
  );
}
