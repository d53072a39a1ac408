import type { ReactNode } from 'react';
import { useRef } from 'react';
import classes from './data-table.module.css';
import { useAreaLayout } from './use-area-layout.ts';
import { useVisibleRows, type VisibleRows } from './use-visible-rows.ts';

export interface Column<Row> {
  /** The heading; also the label of the value in a card. Unique. */
  name: string;
  /** What the head shows instead of the name, such as a button that sorts. */
  heading?: ReactNode;
  sort?: 'ascending' | 'descending' | undefined;
  /** Aligns values and heading at the end. */
  isNumber?: boolean;
  /**
   * `fit`: as wide as its widest value, which is never cut. A number: at least so many rem, and at most as wide as its widest value;
   * texts that need more are cut (`LongText`) or wrap.
   */
  width: 'fit' | number;
  /** The column takes so many shares of what is left of the width, also beyond its widest value. */
  share?: number;
  /** The values may have several lines. */
  wraps?: boolean;
  /** The card of a narrow window leaves the value out, or shows it without its name. */
  card?: 'none' | 'bare';
  value: (row: Row) => ReactNode;
}

/** The role of an element of a table: in Safari, another layout than that of a table takes it away. */
const role = (name: 'table' | 'rowgroup' | 'row' | 'columnheader' | 'rowheader' | 'cell') => ({ role: name });

interface Props<Row> {
  /** The accessible name; or the id of the element that has it. */
  label?: string;
  labelledBy?: string;
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  /** The first column stays in view while the others scroll, and is the title of a card. */
  columns: readonly Column<Row>[];
  /** The buttons of a row, which stay in view, too. */
  actions?: (row: Row) => ReactNode;
  /** Opens what a row is about, when a click in it hits no link or button. The first column must have a link to it. */
  onOpen?: (row: Row) => void;
  isDim?: (row: Row) => boolean;
  /** Each row is a card where the table has less room than this, in pixels; 700 by default, 800 for tables with sentences. */
  cardsBelow?: number;
}

/** A window of 768 pixels has room for a table that scrolls in its middle; one of 720, such as 1440 at a zoom of 200 %, has not. */
const windowOfTablet = 700;
/** In that room a sentence beside other columns has ten lines, or scrolls out of sight. */
export const roomForSentences = 800;

/**
 * A table that shows any length of text: columns are as wide as their content while there is room; then texts are cut, and then the middle
 * scrolls between the first column and the actions. Long lists render only the rows in view. In a narrow window each row is a card.
 */
export function DataTable<Row>(props: Props<Row>) {
  const { label, labelledBy, rows, columns, actions } = props;
  const area = useRef<HTMLElement>(null);
  const hasSentences = columns.some(({ share, wraps }) => share && wraps);
  const cardsBelow = props.cardsBelow ?? (hasSentences ? roomForSentences : windowOfTablet);
  const { hasCards, isScrollable } = useAreaLayout(area, cardsBelow);
  const visible = useVisibleRows(area, rows.length);
  const tracks = columns.map(trackOf);
  // Without a column that takes what is left, the buttons are at the end of the row all the same.
  const actionsTrack = columns.some(({ share }) => share) ? 'max-content' : 'minmax(max-content, 1fr)';
  return (
    <section
      ref={area}
      className={classes.area}
      data-scrolls={isScrollable || undefined}
      data-cards={hasCards || undefined}
      // A group, because the section around it is a landmark of the same name.
      {...(isScrollable && { role: 'group', 'aria-label': label ?? 'Table', tabIndex: 0 })}
    >
      <table
        {...role('table')}
        className={classes.table}
        aria-label={label}
        aria-labelledby={labelledBy}
        aria-rowcount={rows.length + 1}
        style={{
          gridTemplateColumns: [...tracks, ...(actions ? [actionsTrack] : [])].join(' '),
        }}
      >
        <thead {...role('rowgroup')}>
          <tr {...role('row')}>
            {columns.map(({ name, heading, sort, isNumber }) => (
              <th
                key={name}
                {...role('columnheader')}
                scope="col"
                data-number={isNumber || undefined}
                {...(sort && { 'aria-sort': sort })}
              >
                {heading ?? name}
              </th>
            ))}
            {actions && (
              <th {...role('columnheader')} scope="col" data-actions>
                <span className={classes.hidden}>Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody {...role('rowgroup')} style={{ paddingTop: visible.before, paddingBottom: visible.after }}>
          {visible.indexes.map((index) => (
            <DataRow
              key={props.rowKey(rows[index] as Row)}
              {...props}
              index={index}
              measure={visible.measure}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function trackOf<Row>({ width, share }: Column<Row>): string {
  if (width === 'fit') return 'max-content';
  return share ? `minmax(${width}rem, ${share}fr)` : `minmax(${width}rem, max-content)`;
}

type RowProps<Row> = Props<Row> & { index: number; measure: VisibleRows['measure'] };

function DataRow<Row>({ rows, index, columns, actions, onOpen, isDim, measure }: RowProps<Row>) {
  const row = rows[index] as Row;
  const [first, ...others] = columns;
  return (
    // A click in the row is a larger target for the pointer; the keyboard has the link in the first column.
    <tr
      {...role('row')}
      ref={measure}
      data-index={index}
      data-opens={onOpen !== undefined || undefined}
      data-dim={isDim?.(row) || undefined}
      aria-rowindex={index + 2}
      onClick={({ target }) => {
        const hits = (target as Element).closest('a, button, input, label');
        if (!hits && document.getSelection()?.isCollapsed !== false) onOpen?.(row);
      }}
    >
      {first && (
        <th
          {...role('rowheader')}
          scope="row"
          data-number={first.isNumber || undefined}
          data-wraps={first.wraps || undefined}
        >
          {first.value(row)}
        </th>
      )}
      {others.map(({ name, isNumber, wraps, card, value }) => (
        <td
          key={name}
          {...role('cell')}
          data-name={name}
          data-number={isNumber || undefined}
          data-wraps={wraps || undefined}
          data-card={card}
        >
          {value(row)}
        </td>
      ))}
      {actions && (
        <td {...role('cell')} data-actions>
          {actions(row)}
        </td>
      )}
    </tr>
  );
}
