import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { RunView } from '#src/operations/core/views.ts';
import type { TestResultView } from '#src/operations/results/results-view.ts';
import { useQueryState } from '../../ui/query-state.ts';
import { useShortcut } from '../../ui/shortcuts.tsx';
import { useOffset } from '../../ui/table/use-offset.ts';
import { CauseHead } from '../failure/cause-head.tsx';
import { isFailure, type Row } from './arrange.ts';
import classes from './test-list.module.css';
import type { Panel } from './test-props.ts';
import { TestRow } from './test-row.tsx';

interface Props {
  run: RunView;
  rows: Row[];
  onLog: (test: TestResultView) => void;
}

/** Estimated heights in pixels: a cause, a one-line test, a failure with message and screenshot. */
const heights = { cause: 70, line: 39, failure: 280 };

/** Renders only the visible rows; the window scrolls. */
export function TestList({ run, rows, onLog }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const margin = useOffset(list);
  const { openPanels, open } = useOpenPanels();

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => {
      const row = rows[index];
      if (row?.kind === 'cause') return heights.cause;
      return row && isFailure(row.test) ? heights.failure : heights.line;
    },
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    scrollMargin: margin,
    scrollPaddingStart: 60,
    scrollPaddingEnd: 60,
  });

  const show = (index: number) => virtualizer.scrollToIndex(index, { align: 'center' });
  useTestInAddress(rows, openPanels.keys().next().value, { margin, show });
  useFailureKeys(rows, list, show);

  // The rendered rows follow each other, so that one that grows never overlaps the next; the others are padding.
  const items = virtualizer.getVirtualItems();
  const before = (items[0]?.start ?? margin) - margin;
  const after = virtualizer.getTotalSize() + margin - (items.at(-1)?.end ?? margin);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list has only some of its items
    <div
      ref={list}
      role="list"
      aria-label="Tests"
      className={classes.list}
      style={{ paddingTop: before, paddingBottom: after }}
    >
      {items.map(({ index, key }) => {
        const row = rows[index];
        if (!row) return null;
        return (
          // biome-ignore lint/a11y/useSemanticElements: see the list
          <div
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            role="listitem"
            aria-setsize={rows.length}
            aria-posinset={index + 1}
          >
            {row.kind === 'cause' ? (
              <CauseHead runId={run.id} cause={row.cause} visibleTests={row.tests.length} />
            ) : (
              <TestRow
                run={run}
                test={row.test}
                cause={row.cause}
                panel={openPanels.get(row.key)}
                onPanel={(panel) => open(row.key, panel)}
                onLog={() => onLog(row.test)}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}

/** Scrolls to the test in the address once, when the list is rendered. */
function useTestInAddress(
  rows: readonly Row[],
  address: string | undefined,
  { margin, show }: { margin: number; show: (index: number) => void },
): void {
  const test = useRef(address);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the offset of the list is known after the first render
  useEffect(() => {
    const index = rows.findIndex((row) => row.kind === 'test' && row.key === test.current);
    if (index === -1 || margin === 0) return;
    test.current = undefined;
    show(index);
  }, [margin]);
}

/** The keys `j` and `k` go to the next and the previous failure. */
function useFailureKeys(
  rows: readonly Row[],
  list: React.RefObject<HTMLElement | null>,
  show: (index: number) => void,
): void {
  const current = useRef(-1);
  const goToFailure = (direction: 1 | -1) => {
    const isStop = (row: Row) => row.kind === 'test' && isFailure(row.test);
    const next =
      direction === 1
        ? rows.findIndex((row, index) => index > current.current && isStop(row))
        : rows.findLastIndex((row, index) => index < current.current && isStop(row));
    if (next === -1) return;
    current.current = next;
    show(next);
    // The row may need to render first.
    setTimeout(() => list.current?.querySelector<HTMLElement>(`[data-index="${next}"] article`)?.focus(), 60);
  };
  useShortcut('j', 'Next failure', () => goToFailure(1));
  useShortcut('k', 'Previous failure', () => goToFailure(-1));
}

const panels: Panel[] = ['steps', 'replay', 'screenshot', 'page', 'attempts'];

/** The open panel of each test. The latest is in the address: `?test=Suite:Test&panel=steps`. */
function useOpenPanels() {
  const [test, setTest] = useQueryState('test');
  const [panel, setPanel] = useQueryState('panel', 'steps');
  const [openPanels, setOpenPanels] = useState<ReadonlyMap<string, Panel>>(() => {
    const validPanel = panels.find((each) => each === panel);
    return new Map(test === '' || !validPanel ? [] : [[test, validPanel]]);
  });
  const open = (name: string, next: Panel | undefined) => {
    const after = new Map(openPanels);
    if (next === undefined) after.delete(name);
    else after.set(name, next);
    setOpenPanels(after);
    setTest(next === undefined ? '' : name);
    setPanel(next ?? '');
  };
  return { openPanels, open };
}
