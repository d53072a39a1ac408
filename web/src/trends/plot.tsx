import { useId, useRef, useState } from 'react';
import { calendarDay } from '../ui/format.ts';
import { useWidth } from '../ui/width.ts';
import classes from './plot.module.css';
import { axisOf, daysBetween, dayTicks, type Unit } from './scale.ts';

export interface Point {
  /** `2026-11-28` */
  day: string;
  value: number;
}

interface Props {
  title: string;
  /** What the values are, for a reader who does not know: `of results that passed or failed`. */
  description: string;
  /** Chooses the colour of the line. */
  kind: 'passed' | 'flaky' | 'plain';
  unit: Unit;
  since: string;
  /** The number of days of the axis. */
  days: number;
  points: readonly Point[];
  text: (value: number) => string;
}

const height = 170;
const edge = { left: 52, right: 10, top: 8, bottom: 22 };
const labelPx = 70;

/** A line over days, with axes. The table of the view has the same values as text. */
export function Plot({ title, description, kind, unit, since, days, points, text }: Props) {
  const id = useId();
  const figure = useRef<HTMLElement>(null);
  const width = useWidth(figure);
  const [pointed, setPointed] = useState<Point>();
  const axis = axisOf(
    points.map(({ value }) => value),
    unit,
  );
  const inner = Math.max(0, width - edge.left - edge.right);
  const x = (day: number) => edge.left + (days <= 1 ? inner : (day / (days - 1)) * inner);
  const y = (value: number) =>
    edge.top + (1 - (value - axis.min) / (axis.max - axis.min)) * (height - edge.top - edge.bottom);
  const placed = points.map((point) => ({ point, x: x(daysBetween(since, point.day)), y: y(point.value) }));
  const shown = pointed ?? points.at(-1);
  const current = placed.find(({ point }) => point.day === shown?.day);
  return (
    <figure ref={figure} className={classes.figure} data-kind={kind} aria-labelledby={id}>
      <figcaption className={classes.caption}>
        <b id={id}>{title}</b> <span className={classes.dim}>{description}</span>
        {shown && (
          <span className={classes.value}>
            {text(shown.value)} <span className={classes.dim}>{calendarDay(dateOf(shown.day))}</span>
          </span>
        )}
      </figcaption>
      {points.length === 0 ? (
        <p className={classes.empty}>No results in this time.</p>
      ) : (
        <svg
          className={classes.plot}
          viewBox={`0 0 ${Math.max(width, 1)} ${height}`}
          height={height}
          role="img"
          aria-label={summaryOf(points, text)}
          onPointerMove={({ clientX, currentTarget }) => {
            const at = clientX - currentTarget.getBoundingClientRect().left;
            setPointed(nearest(placed, at)?.point);
          }}
          onPointerLeave={() => setPointed(undefined)}
        >
          {axis.ticks.map(({ at, label }) => (
            <g key={at}>
              <line className={classes.rule} x1={edge.left} x2={width - edge.right} y1={y(at)} y2={y(at)} />
              <text className={classes.label} x={edge.left - 6} y={y(at) + 4} textAnchor="end">
                {label}
              </text>
            </g>
          ))}
          {dayTicks({ since, days }, { widthPx: inner, apartPx: labelPx }).map(({ at, day }) => (
            <text
              key={at}
              className={classes.label}
              x={x(at)}
              y={height - 4}
              textAnchor={at === days - 1 ? 'end' : 'middle'}
            >
              {calendarDay(day)}
            </text>
          ))}
          <polyline className={classes.line} points={placed.map((each) => `${each.x},${each.y}`).join(' ')} />
          {current && <circle className={classes.point} cx={current.x} cy={current.y} r={4} />}
        </svg>
      )}
    </figure>
  );
}

/** Noon of the day in the zone of the browser, so that it is the same calendar day there. */
const dateOf = (day: string) => new Date(`${day}T12:00:00`);

function nearest<Placed extends { x: number }>(placed: readonly Placed[], x: number): Placed | undefined {
  return placed.toSorted((one, other) => Math.abs(one.x - x) - Math.abs(other.x - x))[0];
}

/** `97% on 28 Nov, between 92% and 99% on 21 days` */
function summaryOf(points: readonly Point[], text: (value: number) => string): string {
  const values = points.map(({ value }) => value);
  const last = points.at(-1);
  if (!last) return '';
  const range = `between ${text(Math.min(...values))} and ${text(Math.max(...values))}`;
  return `${text(last.value)} on ${calendarDay(dateOf(last.day))}, ${range} on ${points.length} days`;
}
