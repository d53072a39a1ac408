import { closest, distance } from 'fastest-levenshtein';
import { Fault } from '../faults/fault.ts';

/** The local time of a time zone. */
export interface Zone {
  /** The local time as `2026-03-29 03:00`, and its offset from UTC as `+02:00`. */
  wallClock(time: Date): { local: string; offset: string };
  /** Whether a time is the first or the second of two with the same local time; `undefined`: it is neither. */
  occurrence(time: Date): 'first' | 'second' | undefined;
}

/** Errors: INPUT_INVALID for a name that is not in the IANA database. */
export function openZone(name: string): Zone {
  const format = formatOf(name);

  /** The offset from UTC in minutes, positive to the east. */
  const offsetMinutes = (time: Date): number => {
    const text = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = 0, minutes = 0] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(text) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };

  return {
    wallClock(time) {
      const minutes = offsetMinutes(time);
      const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
      const absolute = Math.abs(minutes);
      return {
        local: new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' '),
        offset: `${minutes < 0 ? '-' : '+'}${two(absolute / 60)}:${two(absolute % 60)}`,
      };
    },

    occurrence(time) {
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
    // Only names: an offset such as +02:00 has no summer time, so it is rarely what a user means.
    if (/^[A-Za-z]/.test(name)) {
      return new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
    }
  } catch {
    // Reported below.
  }
  const nearest = closest(name, Intl.supportedValuesOf('timeZone'));
  const hint =
    distance(name, nearest) <= 3
      ? `did you mean ${nearest}?`
      : 'a name such as Europe/Berlin or UTC is needed.';
  throw new Fault(
    'INPUT_INVALID',
    `The input is not valid. zone: ${JSON.stringify(name)} is not a time zone; ${hint}`,
  );
}
