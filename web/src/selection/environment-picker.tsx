import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { EnvironmentState } from '../environments/environment-state.tsx';
import type { Lane, Now } from '../environments/queries.ts';
import { approxDuration, plural } from '../ui/format.ts';
import classes from './environment-picker.module.css';
import { aheadOf, type Prewarming } from './runs-ahead.ts';

interface Props {
  now: Now;
  chosen: string[];
  priority: number;
  onChange: (codes: string[]) => void;
}

/** Longer lists have a search field. */
const manyLanes = 8;

/** All environments, with their state and the expected wait of a new run. */
export function EnvironmentPicker({ now, chosen, priority, onChange }: Props) {
  const [search, setSearch] = useState('');
  // The initial selection comes first. Later selections keep their place.
  const [first] = useState(() => new Set(chosen));
  const wanted = search.trim().toLowerCase();
  const shown = now.lanes
    .filter(({ code, name }) => `${code} ${name}`.toLowerCase().includes(wanted))
    .sort((one, other) => Number(first.has(other.code)) - Number(first.has(one.code)));
  const unknown = chosen.filter((code) => !now.lanes.some((lane) => lane.code === code));
  const codes = shown.map(({ code }) => code);
  const allShown = codes.length > 0 && codes.every((code) => chosen.includes(code));
  const toggle = (code: string, isChosen: boolean) =>
    onChange(isChosen ? [...chosen, code] : chosen.filter((each) => each !== code));

  return (
    // biome-ignore lint/a11y/useSemanticElements: the legend of a fieldset cannot share a line with other elements
    <div className={classes.picker} role="group" aria-labelledby="new-run-environments">
      <div className={classes.tools}>
        <span id="new-run-environments" className={classes.legend}>
          Environments
        </span>
        {now.lanes.length > manyLanes && (
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
          {chosen.length} of {now.lanes.length} selected
        </span>
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={codes.length === 0}
          onClick={() =>
            onChange(
              allShown ? chosen.filter((code) => !codes.includes(code)) : [...new Set([...chosen, ...codes])],
            )
          }
        >
          {allShown ? 'Select none' : 'Select all'}
          {wanted !== '' && ' of these'}
        </Button>
      </div>
      <ul className={classes.list}>
        {shown.map((lane) => (
          <Row
            key={lane.code}
            lane={lane}
            ahead={aheadOf(now, lane.code, priority)}
            now={new Date(now.at)}
            isChosen={chosen.includes(lane.code)}
            onToggle={(isChosen) => toggle(lane.code, isChosen)}
          />
        ))}
        {unknown.map((code) => (
          <li key={code} className={classes.row}>
            <Checkbox
              size="xs"
              checked
              label={code}
              className={classes.code}
              onChange={() => toggle(code, false)}
            />
            <span className={classes.missing}>no such environment</span>
          </li>
        ))}
        {shown.length === 0 && unknown.length === 0 && (
          <li className={classes.none}>No matching environments</li>
        )}
      </ul>
    </div>
  );
}

interface RowProps {
  lane: Lane;
  ahead: Prewarming | undefined;
  now: Date;
  isChosen: boolean;
  onToggle: (isChosen: boolean) => void;
}

function Row({ lane, ahead, now, isChosen, onToggle }: RowProps) {
  const id = `environment-${lane.code}`;
  return (
    <li className={classes.row} data-chosen={isChosen || undefined}>
      <Checkbox
        size="xs"
        id={id}
        checked={isChosen}
        classNames={{ root: classes.code, label: classes.whole }}
        label={lane.code}
        aria-describedby={`${id}-state`}
        onChange={(event) => onToggle(event.currentTarget.checked)}
      />
      <span className={classes.state} id={`${id}-state`}>
        <span className={classes.name}>{lane.name === lane.code ? '' : lane.name}</span>
        <EnvironmentState lane={lane} />
        <span className={classes.queue}>{lane.queued > 0 && `${plural(lane.queued, 'run')} waiting`}</span>
        <span className={classes.start}>{ahead && startText(ahead, now)}</span>
      </span>
    </li>
  );
}

function startText({ runs, startsAt, paused }: Prewarming, now: Date): string {
  if (paused !== undefined || runs === 0 || startsAt === undefined) return '';
  return `free in ${approxDuration(startsAt.getTime() - now.getTime())}`;
}
