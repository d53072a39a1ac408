import { NativeSelect, Switch, TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { Ref } from 'react';
import type { RunResultsView } from '../../../../src/operations/results/results-view.ts';
import { StatusSign } from '../../ui/status.tsx';
import { type Filter, filters, type Order, orders, type Wish } from './arrange.ts';
import classes from './test-filters.module.css';

interface Props {
  counts: RunResultsView['counts'];
  filter: Wish;
  onChange: (filter: Partial<Wish>) => void;
  /** Whether several failures share a cause. */
  hasCauses: boolean;
  searchRef: Ref<HTMLInputElement>;
}

export function TestFilters({ counts, filter: wish, onChange, hasCauses, searchRef }: Props) {
  return (
    <div className={classes.filters}>
      <h2 id="tests" className={classes.title}>
        Tests
      </h2>
      {/* biome-ignore lint/a11y/useSemanticElements: the default style of a fieldset cannot be reset everywhere */}
      <div role="group" aria-label="Filter by status" className={classes.statuses}>
        {filters.map((filter) => (
          <Choice
            key={filter}
            filter={filter}
            count={counts[filter]}
            isChosen={wish.filter === filter}
            onChoose={() => onChange({ filter: wish.filter === filter ? '' : filter })}
          />
        ))}
        <Choice
          filter=""
          count={counts.planned}
          isChosen={wish.filter === ''}
          onChoose={() => onChange({ filter: '' })}
        />
      </div>
      <div className={classes.tools}>
        {hasCauses && (
          <Switch
            size="xs"
            label="Group by cause"
            checked={wish.byCause}
            onChange={(event) => onChange({ byCause: event.currentTarget.checked })}
          />
        )}
        <TextInput
          ref={searchRef}
          size="xs"
          type="search"
          className={classes.search}
          aria-label="Search names and messages"
          placeholder="Search names and messages"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={wish.search}
          onChange={(event) => onChange({ search: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          aria-label="Sort by"
          value={wish.order}
          data={Object.entries(orders).map(([value, label]) => ({ value, label }))}
          onChange={(event) => onChange({ order: event.currentTarget.value as Order })}
        />
      </div>
    </div>
  );
}

interface ChoiceProps {
  filter: Filter | '';
  count: number;
  isChosen: boolean;
  onChoose: () => void;
}

function Choice({ filter, count, isChosen, onChoose }: ChoiceProps) {
  // Hides statuses without tests, except the selected one, so that it can be deselected.
  if (count === 0 && !isChosen) return null;
  return (
    <UnstyledButton className={classes.choice} aria-pressed={isChosen} onClick={onChoose}>
      {filter !== '' && <StatusSign status={filter === 'waiting' ? 'queued' : filter} size={12} />}
      {filter === '' ? 'All' : words[filter]}
      <span className={classes.count}>{count.toLocaleString()}</span>
    </UnstyledButton>
  );
}

const words: Record<Filter, string> = {
  failed: 'Failed',
  broken: 'Broken',
  flaky: 'Flaky',
  running: 'Running',
  passed: 'Passed',
  skipped: 'Skipped',
  waiting: 'Waiting',
};
