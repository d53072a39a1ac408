import { IconBandage } from '@tabler/icons-react';
import type { MatrixCell, MatrixRow } from '#src/operations/submissions/matrix-view.ts';
import { addressOf } from '../../base-path.ts';
import { calendarDay, duration } from '../../ui/format.ts';
import classes from './matrix.module.css';
import { growthOf, type ResultState, resultPage, stateOf } from './result-state.ts';
import { StateSign } from './state-sign.tsx';

interface Props {
  row: MatrixRow;
  cell: MatrixCell;
  environment: string;
  column: number;
  /** Whether the Tab key stops here. */
  isStop: boolean;
  /** Whether the name of the environment is shown: in a card, which has no columns. */
  isNamed: boolean;
}

/** A result as a link to it. Only what matters has a sign and a word; a plain link keeps thousands of cells light. */
export function ResultLink({ row, cell, environment, column, isStop, isNamed }: Props) {
  const state = stateOf(cell);
  const text = wordOf(state, cell);
  const label = describe(cell, environment);
  return (
    <a
      href={addressOf(resultPage(row, cell))}
      className={classes.result}
      data-state={state}
      data-quarantined={cell.quarantined || undefined}
      data-column={column}
      tabIndex={isNamed || isStop ? 0 : -1}
      {...(!isNamed && { 'aria-label': label })}
      title={label}
    >
      {text !== undefined && <StateSign state={state} />}
      {isNamed ? `${environment} ${text ?? state}` : text}
      {cell.quarantined && <IconBandage size={12} aria-hidden />}
    </a>
  );
}

/** The word in a cell; a passed one has none. */
function wordOf(state: ResultState, cell: MatrixCell): string | undefined {
  if (state === 'passed') return undefined;
  return state === 'slower' ? (growthText(cell) ?? state) : state;
}

/** `+180%` */
function growthText(cell: MatrixCell): string | undefined {
  const growth = growthOf(cell);
  return growth === undefined ? undefined : `+${Math.round(growth * 100).toLocaleString()}%`;
}

/** `preprod-us: failed, new, 41 s, usually 15 s, run 12` */
function describe(cell: MatrixCell, environment: string): string {
  const { outcome, durationMs, usualMs, run } = cell;
  // With what the cell shows.
  const classes = cell.classes.map((each) =>
    each === 'slower' ? ['slower', growthText(cell)].filter(Boolean).join(' ') : each,
  );
  const times = [
    ...(durationMs === null ? [] : [duration(durationMs)]),
    ...(usualMs === null ? [] : [`usually ${duration(usualMs)}`]),
  ];
  const quarantined = cell.quarantined ? ['quarantined'] : [];
  const since = cell.since ? [`since ${calendarDay(new Date(cell.since.at))}`] : [];
  const words = [outcome ?? 'no result yet', ...quarantined, ...classes, ...since, ...times, `run ${run}`];
  return `${environment}: ${words.join(', ')}`;
}
