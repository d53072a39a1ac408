import { NativeSelect, Switch, TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { Ref } from 'react';
import type { RunResultsView } from '#src/operations/results/results-view.ts';
import { StatusSign } from '../../ui/status.tsx';
import { type Filter, filters, type ListOptions, type Order, orders } from './arrange.ts';
import classes from './test-filters.module.css';

interface Props {
  counts: RunResultsView['counts'];
  filter: ListOptions;
  onChange: (filter: Partial<ListOptions>) => void;
  /** Whether several failures share a cause. */
  hasCauses: boolean;
  searchRef: Ref<HTMLInputElement>;
}

export function TestFilters({ counts, filter: options, onChange, hasCauses, searchRef }: Props) {
  return (
    <div className={classes.filters}>
      <h2 id="tests" className={classes.title}>
        Tests
      </h2>
      {/* biome-ignore lint/a11y/useSemanticElements: the default style of a fieldset cannot be reset everywhere */}
      <div role="group" aria-label="Filter by status" className={classes.statuses}>
        {filters.map((filter) => (
          <FilterButton
            key={filter}
            filter={filter}
            count={counts[filter]}
            isSelected={options.filter === filter}
            onSelect={() => onChange({ filter: options.filter === filter ? '' : filter })}
          />
        ))}
        <FilterButton
          filter=""
          count={counts.planned}
          isSelected={options.filter === ''}
          onSelect={() => onChange({ filter: '' })}
        />
      </div>
      <div className={classes.tools}>
        {hasCauses && (
          <Switch
            size="xs"
            label="Group by cause"
            checked={options.byCause}
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
          value={options.search}
          onChange={(event) => onChange({ search: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          aria-label="Sort by"
          value={options.order}
          data={Object.entries(orders).map(([value, label]) => ({ value, label }))}
          onChange={(event) => onChange({ order: event.currentTarget.value as Order })}
        />
      </div>
    </div>
  );
}

interface FilterButtonProps {
  filter: Filter | '';
  count: number;
  isSelected: boolean;
  onSelect: () => void;
}

function FilterButton({ filter, count, isSelected, onSelect }: FilterButtonProps) {
  // Hides statuses without tests, except the selected one, so that it can be deselected.
  if (count === 0 && !isSelected) return null;
  return (
    <UnstyledButton className={classes.choice} aria-pressed={isSelected} onClick={onSelect}>
      {filter !== '' && <StatusSign status={filter === 'waiting' ? 'queued' : filter} size={12} />}
      {filter === '' ? 'All' : labels[filter]}
      <span className={classes.count}>{count.toLocaleString()}</span>
    </UnstyledButton>
  );
}

const labels: Record<Filter, string> = {
  failed: 'Failed',
  broken: 'Broken',
  flaky: 'Flaky',
  running: 'Running',
  passed: 'Passed',
  skipped: 'Skipped',
  waiting: 'Waiting',
};
