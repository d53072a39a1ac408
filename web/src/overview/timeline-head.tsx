import { ActionIcon, Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import { clock } from '../ui/format.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import { dayOf, endOfDay, pastTime } from './lanes/past-time.ts';
import { type Span, spans } from './lanes/spans.ts';
import classes from './overview.module.css';

interface Props {
  /** The number of environments that are shown, and of all. */
  shown: number;
  all: number;
  filter: string;
  onFilter: (filter: string) => void;
  span: Span;
  onSpan: (name: string) => void;
  /** The end of the axis when it is in the past. */
  until: Date | undefined;
  onUntil: (until: Date | undefined) => void;
  /** Undefined when no filter is set. */
  onShowAll: (() => void) | undefined;
}

/** The heading of the lanes, with the filter of environments, the time span and its end. */
export function TimelineHead(props: Props) {
  const { shown, all, filter, onFilter, span, onSpan, until, onUntil, onShowAll } = props;
  const search = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Filter environments', () => search.current?.focus());
  return (
    <div className={classes.timelineHead}>
      <h2 id="environments">
        Environments{' '}
        <span className={classes.dim}>{onShowAll === undefined ? all : `${shown} of ${all}`}</span>
      </h2>
      {onShowAll !== undefined && (
        <Button variant="subtle" size="compact-sm" onClick={onShowAll}>
          Show all
        </Button>
      )}
      <div className={classes.tools}>
        <TextInput
          ref={search}
          type="search"
          size="xs"
          className={classes.search}
          leftSection={<IconSearch size={14} aria-hidden />}
          placeholder={`Filter ${all} environments`}
          aria-label="Filter environments by name"
          value={filter}
          onChange={(event) => onFilter(event.currentTarget.value)}
        />
        <PastTime span={span} until={until} onUntil={onUntil} />
        <SegmentedControl
          size="xs"
          aria-label="Time span"
          data={spans.map(({ name, label }) => ({ value: name, label }))}
          value={span.name}
          onChange={onSpan}
        />
      </div>
    </div>
  );
}

/** Moves the time axis back and forth, by a span or to a day. */
function PastTime({ span, until, onUntil }: Pick<Props, 'span' | 'until' | 'onUntil'>) {
  const move = (ms: number) => {
    const time = new Date((until?.getTime() ?? Date.now()) + ms);
    onUntil(time < new Date() ? time : undefined);
  };
  return (
    <>
      <ActionIcon variant="default" aria-label="Earlier" title="Earlier" onClick={() => move(-span.past)}>
        <IconChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label="Later"
        title="Later"
        disabled={until === undefined}
        onClick={() => move(span.past)}
      >
        <IconChevronRight size={16} aria-hidden />
      </ActionIcon>
      <TextInput
        type="date"
        size="xs"
        aria-label="Day on the time axis"
        max={dayOf(new Date())}
        value={dayOf(until ?? new Date())}
        onChange={({ currentTarget: { value } }) => {
          if (value !== '') onUntil(pastTime(endOfDay(value).toISOString()));
        }}
      />
      {until !== undefined && (
        <>
          <span className={classes.dim}>until {clock(until)}</span>
          <Button variant="subtle" size="compact-sm" onClick={() => onUntil(undefined)}>
            Now
          </Button>
        </>
      )}
    </>
  );
}
