import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import { LogLine } from './log-line.tsx';
import classes from './log-lines.module.css';
import type { LogModel } from './model/log-model.ts';

const lineHeight = 20;
/** Within this many pixels of its end, the log counts as scrolled to the end. */
const nearEnd = 8;

export interface LogView {
  /** Scrolls a line to the middle. */
  show: (line: number) => void;
}

interface Props {
  label: string;
  log: LogModel;
  /** A change renders the log again. */
  version: number;
  wrap: boolean;
  /** Keeps the end in view while the log grows. */
  follow: boolean;
  onFollow: (follow: boolean) => void;
  query: string;
  /** The line in the address. */
  selected: number | undefined;
  /** The line of the current match. */
  match: number | undefined;
  onSelect: (line: number) => void;
  ref: Ref<LogView>;
}

/** Renders only the visible lines: about fifty elements for a log of 100,000 lines. */
export function LogLines(props: Props) {
  const { label, log, version, wrap, follow, onFollow, query, selected, match, onSelect, ref } = props;
  const scroller = useRef<HTMLElement>(null);
  const top = useRef(0);
  /** The index of the first line in view. */
  const topIndex = useRef(0);
  /** Whether the user scrolls. A jump to a line may reach the end for a moment, while wrapped lines are not measured yet. */
  const isUserScrolling = useRef(false);
  /** The line that was shown last, until something else scrolls. */
  const shown = useRef<number>(undefined);
  const { first, last } = log;
  const digits = String(last).length;
  const numberWidth = 16 + Math.max(digits, 3) * 7;

  const virtualizer = useVirtualizer({
    count: last - first + 1,
    getScrollElement: () => scroller.current,
    // An estimate until a wrapped line is rendered; measuring all lines would take longer than a frame.
    estimateSize: () => (wrap ? 1.25 * lineHeight : lineHeight),
    getItemKey: (index) => first + index,
    overscan: 12,
  });

  // Wrapped lines have other heights; the first line in view stays there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of `wrap` measures again
  useLayoutEffect(() => {
    const index = topIndex.current;
    isUserScrolling.current = false;
    shown.current = undefined;
    virtualizer.measure();
    if (!follow && index > 0) virtualizer.scrollToIndex(index, { align: 'start' });
  }, [wrap]);

  useImperativeHandle(ref, () => ({
    show: (line) => {
      isUserScrolling.current = false;
      shown.current = line;
      virtualizer.scrollToIndex(line - first, { align: 'center' });
    },
  }));

  // The virtualizer takes a line for shown after two frames, and at the latest after five seconds. On a busy machine wrapped lines
  // are measured later than that, and what is above grows and moves the line out of view.
  useEffect(() => {
    if (shown.current === undefined || follow) return;
    const index = shown.current - first;
    const [offset] = virtualizer.getOffsetForIndex(index, 'center') ?? [];
    if (offset === undefined || Math.abs(offset - (virtualizer.scrollOffset ?? 0)) <= lineHeight) return;
    virtualizer.scrollToIndex(index, { align: 'center' });
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: each version may have a new end
  useEffect(() => {
    if (follow && last >= first) virtualizer.scrollToIndex(last - first, { align: 'end' });
  }, [follow, version, wrap]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd;
    // Only the user scrolls up.
    if (element.scrollTop < top.current - 1 && !isAtEnd && follow) onFollow(false);
    if (isAtEnd && element.scrollTop > top.current && !follow && isUserScrolling.current) onFollow(true);
    top.current = element.scrollTop;
    topIndex.current = virtualizer.getVirtualItemForOffset(element.scrollTop)?.index ?? 0;
  };

  const startUserScroll = () => {
    isUserScrolling.current = true;
    shown.current = undefined;
  };
  const userScrollProps = {
    onWheel: startUserScroll,
    onTouchMove: startUserScroll,
    onKeyDown: startUserScroll,
    // The scrollbar.
    onPointerDown: startUserScroll,
  };

  return (
    <section
      ref={scroller}
      className={classes.scroller}
      data-wrap={wrap || undefined}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be scrollable with the keyboard
      tabIndex={0}
      onScroll={onScroll}
      {...userScrollProps}
      style={{ '--number-width': `${numberWidth}px` } as CSSProperties}
    >
      <div className={classes.all} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const number = first + index;
          return (
            <div
              key={number}
              ref={wrap ? virtualizer.measureElement : undefined}
              data-index={index}
              className={classes.line}
              style={{ transform: `translateY(${start}px)` }}
            >
              <LogLine
                number={number}
                line={log.line(number)}
                before={log.styleBefore(number)}
                query={query}
                selected={number === selected}
                current={number === match}
                onSelect={onSelect}
              />
            </div>
          );
        })}
      </div>
    </section>
  );
}
