import { UnstyledButton } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import type { OverviewView } from '#src/operations/overview/overview-view.ts';
import { plural } from '../ui/format.ts';
import { type Status, StatusSign } from '../ui/status.tsx';
import { countStates, type LaneState, laneStates } from './lane-states.ts';
import classes from './state-tiles.module.css';

const words: Record<LaneState, string> = {
  failed: 'Failed',
  broken: 'Broken',
  passed: 'Passed',
  running: 'Running',
  waiting: 'Waiting',
  paused: 'Paused',
  untested: 'Not run yet',
};

const signs: Record<Exclude<LaneState, 'paused'>, Status> = {
  ...{ failed: 'failed', broken: 'broken', passed: 'passed', running: 'running' },
  ...{ waiting: 'queued', untested: 'missing' },
};

interface Props {
  overview: OverviewView;
  selected: string;
  onSelect: (state: LaneState | '') => void;
}

/** How many environments are in which state. A tile filters the lanes. */
export function StateTiles({ overview, selected, onSelect }: Props) {
  const counts = countStates(overview.lanes);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the default style of a fieldset cannot be reset everywhere
    <div role="group" aria-label="Filter environments by state" className={classes.tiles}>
      {laneStates.map((state) => {
        const isSelected = selected === state;
        // These two are rare, and a zero says nothing.
        const isOptional = state === 'untested' || state === 'paused';
        if (isOptional && counts[state] === 0 && !isSelected) return null;
        return (
          <UnstyledButton
            key={state}
            className={classes.tile}
            data-state={state}
            data-none={counts[state] === 0 || undefined}
            aria-pressed={isSelected}
            onClick={() => onSelect(isSelected ? '' : state)}
          >
            <span className={classes.name}>
              {state === 'paused' ? (
                <IconPlayerPause size={14} aria-hidden />
              ) : (
                <StatusSign status={signs[state]} />
              )}
              {words[state]}
            </span>
            <span className={classes.count}>{counts[state].toLocaleString()}</span>
            <span className={classes.note} title={noteOf(state, overview)}>
              {noteOf(state, overview)}
            </span>
          </UnstyledButton>
        );
      })}
    </div>
  );
}

/** What else is worth knowing of a state. */
function noteOf(state: LaneState, { lanes, queued, workers }: OverviewView): string {
  switch (state) {
    case 'failed': {
      const failing = lanes.filter(({ latest }) => (latest?.failure?.newFailures ?? 0) > 0);
      return failing.length > 0 ? `${failing.length} with new failures` : '';
    }
    case 'running':
      return `${workers.busy} of ${plural(workers.slots, 'worker')} busy`;
    case 'waiting':
      return queued.runs > 0 ? plural(queued.runs, 'run') : 'queue empty';
    default:
      return '';
  }
}
