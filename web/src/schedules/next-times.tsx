import { Fragment } from 'react';
import type { TimeView } from '#src/operations/schedules/schedule-view.ts';
import { stampIn, zoneIfOther } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import classes from './schedules.module.css';

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' });

interface ZoneTimeProps {
  time: Pick<TimeView, 'at' | 'local' | 'offset'>;
  zone: string;
  isNamed?: boolean;
}

/**
 * A time in the zone of the schedule: `Mon 2026-03-30 02:30`. The offset is in the title. The zone is named unless a heading names it, or
 * it is that of the browser, in which all other times of the page are.
 */
export function ZoneTime({ time: { at, local, offset }, zone, isNamed = false }: ZoneTimeProps) {
  const day = dayFormat.format(new Date(`${local.slice(0, 10)}T00:00:00Z`));
  const name = isNamed ? undefined : zoneIfOther(zone);
  return (
    <time dateTime={at} title={`${local} ${offset} in ${zone}`}>
      {day} {local}
      {name && (
        <span className={classes.dim}>
          {' '}
          (<ZoneName zone={name} />)
        </span>
      )}
    </time>
  );
}

/** The name of a time zone, which wraps at its slashes: `America/Argentina/ComodRivadavia`. */
export function ZoneName({ zone }: { zone: string }) {
  return zone.split('/').map((part, index) => (
    <Fragment key={part}>
      {index > 0 && (
        <>
          /<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}

/** A past time in the zone of its schedule, which is named unless it is that of the browser. */
export function ZoneStamp({ at, zone }: { at: string; zone: string }) {
  const name = zoneIfOther(zone);
  return (
    <time dateTime={at}>
      {stampIn(new Date(at), zone)}
      {name && <span className={classes.dim}> ({name})</span>}
    </time>
  );
}

/** The next times of a schedule, with relative times and notes on clock changes. The heading names the zone. */
export function NextTimes({ times, zone }: { times: readonly TimeView[]; zone: string }) {
  return (
    <ol className={classes.times}>
      {times.map((time) => (
        <li key={time.at}>
          <ZoneTime time={time} zone={zone} isNamed /> <span className={classes.dim}>{time.offset}</span>
          <span className={classes.dim}>
            <Time at={time.at} />
          </span>
          {time.note && <span className={classes.note}>{time.note}</span>}
        </li>
      ))}
    </ol>
  );
}
