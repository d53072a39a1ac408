import { VisuallyHidden } from '@mantine/core';
import { type FocusEvent, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { SubmissionView } from '#src/operations/submissions/submission-view.ts';
import { addressOf } from '../../base-path.ts';
import { followLinks } from '../../ui/follow-links.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { StatusSign, statusOfRun } from '../../ui/status.tsx';
import { useAreaLayout } from '../../ui/table/use-area-layout.ts';
import { useVisibleRows } from '../../ui/table/use-visible-rows.ts';
import type { Item } from './arrange.ts';
import { moveAmongResults } from './keys.ts';
import classes from './matrix.module.css';
import { MatrixRow, nameColumn } from './matrix-row.tsx';

/** Each line is a card in less room: the matrix of a phone. */
const cardsBelow = 620;
/** So is it in a window of a tablet whose columns do not fit: beside them, messages would have ten lines in a third of the width. */
const tabletWidth = 900;
/** The least widths of the columns of matrix.module.css: tests with their times, and an environment. */
const namesWidth = 344;
const columnWidth = 68;
/** A line has a link for each environment, so fewer of them than of other tables are rendered. */
const rendering = { virtualFrom: 60, overscan: 6 };

interface Props {
  items: readonly Item[];
  environments: readonly string[];
  runs: SubmissionView['runs'];
  /** The only environment that is shown; all when it is empty. */
  environment: string;
  onToggle: (key: string) => void;
}

/** The results by test (rows) and environment (columns). The arrow keys move between results; the Tab key stops once. */
export function Matrix({ items, environments, runs, environment, onToggle }: Props) {
  const area = useRef<HTMLElement>(null);
  const [, go] = useLocation();
  const visible = useVisibleRows(area, items.length, rendering);
  const [stop, setStop] = useState<{ key: string; column: number }>();
  const columns = environments.flatMap((code, column) =>
    environment === '' || code === environment ? [column] : [],
  );
  const tableWidth = namesWidth + columns.length * columnWidth;
  const { hasCards, isScrollable } = useAreaLayout(
    area,
    Math.max(cardsBelow, Math.min(tabletWidth, tableWidth)),
  );
  const shown = visible.indexes.flatMap((index) => {
    const item = items[index];
    return item ? [{ item, index }] : [];
  });
  // The line of the last focus may be out of view.
  const current = shown.some(({ item }) => item.key === stop?.key)
    ? stop
    : { key: shown.find(({ item }) => item.kind !== 'section')?.item.key, column: nameColumn };
  const reasons = useMemo(
    () =>
      environments.map((code) => runs.findLast(({ environment }) => environment === code)?.reason?.message),
    [environments, runs],
  );
  const onFocus = ({ target }: FocusEvent) => {
    const column = target.closest('[data-column]')?.getAttribute('data-column');
    const item = items[Number(target.closest('tr')?.dataset['index'])];
    if (item && column != null) setStop({ key: item.key, column: Number(column) });
  };
  return (
    <section
      ref={area}
      className={classes.area}
      data-scrolls={isScrollable || undefined}
      data-cards={hasCards || undefined}
      {...(isScrollable && { 'aria-label': 'Results by test and environment', tabIndex: 0 })}
    >
      <table
        className={classes.matrix}
        aria-rowcount={items.length + 1}
        aria-label="Results by test and environment"
        style={{ '--environments': columns.length }}
        onKeyDown={hasCards ? undefined : moveAmongResults}
        onFocus={onFocus}
        onClick={followLinks(go)}
      >
        <thead>
          <tr>
            <th scope="col">Test</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                <EnvironmentHead environment={environments[column] ?? ''} runs={runs} />
              </th>
            ))}
            <th scope="col" className={classes.duration}>
              <VisuallyHidden>Longest </VisuallyHidden>time
            </th>
          </tr>
        </thead>
        <tbody style={{ paddingTop: visible.before, paddingBottom: visible.after }}>
          {shown.map(({ item, index }) => (
            <MatrixRow
              key={item.key}
              item={item}
              index={index}
              environments={environments}
              reasons={reasons}
              columns={columns}
              stop={item.key === current?.key ? current.column : undefined}
              hasCards={hasCards}
              onToggle={onToggle}
              measure={visible.measure}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The name of a column, which leads to its run. */
function EnvironmentHead({ environment, runs }: { environment: string } & Pick<Props, 'runs'>) {
  const run = runs.findLast((each) => each.environment === environment);
  if (!run) return <LongText text={environment} />;
  const status = statusOfRun(run);
  return (
    <a
      href={addressOf(`/runs/${run.id}`)}
      className={classes.head}
      title={`${environment}: run ${run.id}, ${status}`}
    >
      <StatusSign status={status} size={12} />
      <LongText text={environment} />
    </a>
  );
}
