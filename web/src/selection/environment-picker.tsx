import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { EnvironmentState } from '../environments/environment-state.tsx';
import type { Lane, Now } from '../environments/queries.ts';
import { approxDuration, plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import classes from './environment-picker.module.css';
import { type QueueAhead, queueAhead } from './runs-ahead.ts';

interface Props {
  now: Now;
  selected: string[];
  priority: number;
  onChange: (codes: string[]) => void;
}

/** Longer lists have a search field. */
const searchThreshold = 8;

/** All environments, with their state and the expected wait of a new run. */
export function EnvironmentPicker({ now, selected, priority, onChange }: Props) {
  const [search, setSearch] = useState('');
  // The initial selection comes first. Later selections keep their place.
  const [first] = useState(() => new Set(selected));
  const searchText = search.trim().toLowerCase();
  const visibleLanes = now.lanes
    .filter(({ code, name }) => `${code} ${name}`.toLowerCase().includes(searchText))
    .sort((one, other) => Number(first.has(other.code)) - Number(first.has(one.code)));
  const unknown = selected.filter((code) => !now.lanes.some((lane) => lane.code === code));
  const codes = visibleLanes.map(({ code }) => code);
  const allVisibleSelected = codes.length > 0 && codes.every((code) => selected.includes(code));
  const toggle = (code: string, isSelected: boolean) =>
    onChange(isSelected ? [...selected, code] : selected.filter((each) => each !== code));

  return (
    // biome-ignore lint/a11y/useSemanticElements: the legend of a fieldset cannot share a line with other elements
    <div className={classes.picker} role="group" aria-labelledby="new-run-environments">
      <div className={classes.tools}>
        <span id="new-run-environments" className={classes.legend}>
          Environments
        </span>
        {now.lanes.length > searchThreshold && (
          <TextInput
            size="xs"
            className={classes.search}
            aria-label="Search environments"
            placeholder="Search"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
        <span className={classes.count} aria-live="polite">
          {selected.length} of {now.lanes.length} selected
        </span>
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={codes.length === 0}
          onClick={() =>
            onChange(
              allVisibleSelected
                ? selected.filter((code) => !codes.includes(code))
                : [...new Set([...selected, ...codes])],
            )
          }
        >
          {allVisibleSelected ? 'Select none' : 'Select all'}
          {searchText !== '' && ' of these'}
        </Button>
      </div>
      <ul className={classes.list}>
        {visibleLanes.map((lane) => (
          <Row
            key={lane.code}
            lane={lane}
            ahead={queueAhead(now, lane.code, priority)}
            now={new Date(now.at)}
            isSelected={selected.includes(lane.code)}
            onToggle={(isSelected) => toggle(lane.code, isSelected)}
          />
        ))}
        {unknown.map((code) => (
          <li key={code} className={classes.row}>
            <Checkbox
              size="xs"
              checked
              label={<LongText text={code} />}
              className={classes.code}
              onChange={() => toggle(code, false)}
            />
            <span className={classes.missing}>no such environment</span>
          </li>
        ))}
        {visibleLanes.length === 0 && unknown.length === 0 && (
          <li className={classes.empty}>No matching environments</li>
        )}
      </ul>
    </div>
  );
}

interface RowProps {
  lane: Lane;
  ahead: QueueAhead | undefined;
  now: Date;
  isSelected: boolean;
  onToggle: (isSelected: boolean) => void;
}

function Row({ lane, ahead, now, isSelected, onToggle }: RowProps) {
  const id = `environment-${lane.code}`;
  return (
    <li className={classes.row} data-row data-selected={isSelected || undefined}>
      <Checkbox
        size="xs"
        id={id}
        checked={isSelected}
        classNames={{ root: classes.code, label: classes.whole }}
        label={<LongText text={lane.code} />}
        aria-describedby={`${id}-state`}
        onChange={(event) => onToggle(event.currentTarget.checked)}
      />
      <span className={classes.state} id={`${id}-state`}>
        <span className={classes.name}>{lane.name !== lane.code && <LongText text={lane.name} />}</span>
        <EnvironmentState lane={lane} />
        <span className={classes.queue}>{lane.queued > 0 && `${plural(lane.queued, 'run')} waiting`}</span>
        <span className={classes.start}>{ahead && startText(ahead, now)}</span>
      </span>
    </li>
  );
}

function startText({ runs, startsAt, paused }: QueueAhead, now: Date): string {
  if (paused !== undefined || runs === 0 || startsAt === undefined) return '';
  return `free in ${approxDuration(startsAt.getTime() - now.getTime())}`;
}
