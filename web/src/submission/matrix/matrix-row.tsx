import { UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { memo, useState } from 'react';
import type { FirstSeen, MatrixCell } from '#src/operations/submissions/matrix-view.ts';
import { addressOf } from '../../base-path.ts';
import { NoteText } from '../../triage/cause-note.tsx';
import { briefMessage } from '../../ui/brief-message.ts';
import { calendarDay, duration, plural, shortCommit } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { type Cause, type Item, mostGrown, oldestFailure, type Section } from './arrange.ts';
import classes from './matrix.module.css';
import { ResultLink } from './matrix-cell.tsx';
import { stateOf } from './result-state.ts';
import { StateSign } from './state-sign.tsx';

/** The column of the names, for the arrow keys; those of the environments follow from 0. */
export const nameColumn = -1;

const sectionText: Record<Section, string> = {
  new: 'New failures',
  other: 'Failures without an earlier result, or with another cause',
  relapse: 'New failures for known causes',
  broken: 'Broken',
  known: 'Known failures',
  flaky: 'Flaky',
  slower: 'Slower than usual',
  fixed: 'Fixed',
  differs: 'Different between environments',
  same: 'The same on all environments',
};

export interface RowProps {
  item: Item;
  index: number;
  environments: readonly string[];
  /** Why the run of an environment is broken, by its index. */
  reasons: readonly (string | undefined)[];
  /** The indexes of the environments that are shown. */
  columns: readonly number[];
  /** The column where the Tab key stops, if it is in this row. */
  stop: number | undefined;
  hasCards: boolean;
  onToggle: (key: string) => void;
  measure: ((row: HTMLElement | null) => void) | undefined;
}

/** A line of the matrix: the head of a section, a cause with several tests, or a test. */
export const MatrixRow = memo(function MatrixRow(props: RowProps) {
  const { item, index, columns, measure } = props;
  return (
    <tr ref={measure} data-index={index} data-kind={item.kind} aria-rowindex={index + 2}>
      {item.kind === 'section' ? (
        <th scope="rowgroup" colSpan={columns.length + 2} className={classes.section}>
          <StateSign state={item.section} size={14} /> {sectionText[item.section]}{' '}
          <span className={classes.dim}>
            {plural(item.tests, 'test')}
            {item.elsewhere > 0 && `, ${item.elsewhere.toLocaleString()} more in other sections`}
          </span>
        </th>
      ) : item.kind === 'cause' ? (
        <CauseCells {...props} item={item} />
      ) : (
        <TestCells {...props} item={item} />
      )}
    </tr>
  );
});

type CauseProps = RowProps & { item: Extract<Item, { kind: 'cause' }> };

function CauseCells({ item, environments, reasons, columns, stop, onToggle, hasCards }: CauseProps) {
  const { cause, cells, isOpen, key, section, tests } = item;
  const outcome = cause ? 'failed' : 'broken';
  const what = cause ? 'failed with this cause' : 'broken';
  const state = section === 'known' || section === 'flaky' || section === 'broken' ? section : 'failed';
  return (
    <>
      <th scope="row" className={classes.name}>
        <UnstyledButton
          className={classes.toggle}
          aria-expanded={isOpen}
          data-column={nameColumn}
          tabIndex={hasCards || stop === nameColumn ? 0 : -1}
          onClick={() => onToggle(key)}
        >
          <IconChevronRight size={14} aria-hidden data-open={isOpen || undefined} />
          {plural(tests, 'test')} {cause ? 'with the same cause' : brokenOn(cells, environments)}
        </UnstyledButton>
        {cause ? (
          <CauseText cause={cause} />
        ) : (
          <div className={classes.message}>{reasons.find((reason, column) => reason && cells[column])}</div>
        )}
      </th>
      {columns.map((column) => {
        const cell = cells[column];
        const environment = environments[column] ?? '';
        if (!cell && hasCards) return null;
        return (
          <td key={column}>
            {cell && (
              <a
                href={addressOf(`/runs/${cell.run}?status=${outcome}`)}
                className={classes.result}
                data-state={state}
                data-column={column}
                tabIndex={hasCards || stop === column ? 0 : -1}
                title={`${environment}: ${plural(cell.tests, 'test')} ${what}`}
                {...(!hasCards && {
                  'aria-label': `${environment}: ${plural(cell.tests, 'test')} ${what}`,
                })}
              >
                <StateSign state={state} />
                {hasCards ? `${environment} ${cell.tests}` : cell.tests}
              </a>
            )}
          </td>
        );
      })}
      {!hasCards && <td />}
    </>
  );
}

/** `broken on stage-es` */
function brokenOn(cells: readonly unknown[], environments: readonly string[]): string {
  const codes = environments.filter((_, column) => cells[column]);
  return `broken on ${codes.length > 2 ? plural(codes.length, 'environment') : codes.join(' and ')}`;
}

/** The message of a cause with the values that it compares, and since when it is seen. */
function CauseText({ cause: { message, values, since, note } }: { cause: Cause }) {
  const text = briefMessage(message);
  // Those that the message does not show, because it is long or each result has its own: `- 47,19 €  + 39,00 €`.
  const others = values.filter((value) => !valuesIn(value).every((each) => text.includes(each)));
  return (
    <div className={classes.message}>
      {text}{' '}
      {others.map((value) => (
        <code key={value} className={classes.value}>
          {value}
        </code>
      ))}
      {since && <SinceText text="first seen" since={since} />}
      {note && <NoteText note={note} isLine />}
    </div>
  );
}

/** `slower since 28 Nov, at a1b2c3d Rework coupons`, on a line of its own. */
function SinceText({ text, since: { at, commit } }: { text: string; since: FirstSeen }) {
  const day = `${text} ${calendarDay(new Date(at))}`;
  const line = commit ? `${day}, at ${shortCommit(commit.id)} ${commit.subject}` : day;
  return (
    <div>
      <LongText text={line} isSentence />
    </div>
  );
}

/** The expected and the actual value of a comparison. */
const valuesIn = (comparison: string) => comparison.replace(/^- /, '').split('  + ');

type TestProps = RowProps & { item: Extract<Item, { kind: 'test' }> };

function TestCells({ item, environments, columns, stop, hasCards }: TestProps) {
  const { row, cause, isBelowCause, section } = item;
  const [isOpen, setOpen] = useState(false);
  const cells = columns.flatMap((column) => {
    const cell = row.cells[column];
    return cell ? [{ column, cell }] : [];
  });
  // A card has the results that matter, and the others on demand.
  const shown = hasCards && !isOpen ? cells.filter(({ cell }) => stateOf(cell) !== 'passed') : cells;
  // A new failure begins in this submission.
  const oldest =
    section === 'known' || section === 'other' ? oldestFailure(cells.map(({ cell }) => cell)) : undefined;
  const byColumn = new Map(shown.map(({ column, cell }) => [column, cell]));
  return (
    <>
      <th scope="row" className={classes.name} data-below={isBelowCause || undefined}>
        <a
          href={addressOf(`/tests/${encodeURIComponent(row.test)}`)}
          data-column={nameColumn}
          tabIndex={hasCards || stop === nameColumn ? 0 : -1}
        >
          <LongText text={row.test} />
        </a>
        {row.suite !== null && (
          <div className={classes.suite}>
            <LongText text={row.suite} />
          </div>
        )}
        {cause && !isBelowCause && <CauseText cause={cause} />}
        {oldest && (
          <div className={classes.failsSince}>
            <SinceText text="fails since" since={oldest} />
          </div>
        )}
        {section === 'slower' && <SlownessText cell={mostGrown(cells.map(({ cell }) => cell))} />}
      </th>
      {columns.map((column) => {
        const cell = byColumn.get(column);
        if (!cell) return hasCards ? null : <td key={column} />;
        return (
          <td key={column}>
            <ResultLink
              row={row}
              cell={cell}
              environment={environments[column] ?? ''}
              column={column}
              isStop={stop === column}
              isNamed={hasCards}
            />
          </td>
        );
      })}
      {hasCards && shown.length < cells.length ? (
        <td>
          <UnstyledButton className={classes.more} onClick={() => setOpen(true)}>
            passed on {cells.length - shown.length}
          </UnstyledButton>
        </td>
      ) : (
        <td className={classes.duration}>{durationOf(cells.map(({ cell }) => cell))}</td>
      )}
    </>
  );
}

/** `3 min 42 s, usually 52 s`, and below it `slower since 28 Nov, at a1b2c3d Rework coupons`. */
function SlownessText({ cell }: { cell: MatrixCell | undefined }) {
  const { durationMs = null, usualMs = null, since } = cell ?? {};
  if (durationMs === null || usualMs === null) return null;
  return (
    <div className={classes.message}>
      {duration(durationMs)}, usually {duration(usualMs)}
      {since && <SinceText text="slower since" since={since} />}
    </div>
  );
}

/** The longest duration of a test, which decides when its environments are done. */
function durationOf(cells: readonly { durationMs: number | null }[]): string {
  const longest = Math.max(...cells.map(({ durationMs }) => durationMs ?? 0), 0);
  return longest === 0 ? '' : duration(longest);
}
