import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useRef } from 'react';
import { useShortcut } from '../ui/shortcuts.tsx';
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
  /** Undefined when no filter is set. */
  onShowAll: (() => void) | undefined;
}

/** The heading of the lanes, with the filter of environments and the time span. */
export function TimelineHead({ shown, all, filter, onFilter, span, onSpan, onShowAll }: Props) {
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
