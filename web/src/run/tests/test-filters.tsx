import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { Ref } from 'react';
import type { RunView } from '#src/operations/core/views.ts';
import type { RunResultsView } from '#src/operations/results/results-view.ts';
import { StatusChoice, StatusChoices } from '../../ui/status-choices.tsx';
import { type Filter, filters, type ListOptions, type Order, orders } from './arrange.ts';
import classes from './test-filters.module.css';

interface Props {
  run: RunView;
  counts: RunResultsView['counts'];
  filter: ListOptions;
  onChange: (filter: Partial<ListOptions>) => void;
  /** Whether several failures share a cause. */
  hasCauses: boolean;
  searchRef: Ref<HTMLInputElement>;
}

export function TestFilters({ run, counts, filter: options, onChange, hasCauses, searchRef }: Props) {
  return (
    <div className={classes.filters}>
      <h2 id="tests" className={classes.title}>
        Tests
      </h2>
      <StatusChoices>
        {filters.map((filter) => (
          <FilterChoice
            key={filter}
            run={run}
            filter={filter}
            count={filter === 'passed' ? counts.passed - counts.flaky : counts[filter]}
            isSelected={options.filter === filter}
            onSelect={() => onChange({ filter: options.filter === filter ? '' : filter })}
          />
        ))}
        <FilterChoice
          run={run}
          filter=""
          count={counts.planned}
          isSelected={options.filter === ''}
          onSelect={() => onChange({ filter: '' })}
        />
      </StatusChoices>
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
          placeholder="Name or message"
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

interface ChoiceProps {
  run: RunView;
  filter: Filter | '';
  count: number;
  isSelected: boolean;
  onSelect: () => void;
}

function FilterChoice({ run, filter, ...choice }: ChoiceProps) {
  // Hides statuses without tests, except the selected one, so that it can be deselected.
  if (choice.count === 0 && !choice.isSelected) return null;
  if (filter === '') return <StatusChoice label="All" {...choice} />;
  if (filter === 'waiting' && run.state === 'finished') {
    return <StatusChoice status="missing" label="Without a result" {...choice} />;
  }
  if (filter === 'quarantined') return <StatusChoice label={labels[filter]} {...choice} />;
  return (
    <StatusChoice status={filter === 'waiting' ? 'queued' : filter} label={labels[filter]} {...choice} />
  );
}

const labels: Record<Filter, string> = {
  failed: 'Failed',
  quarantined: 'Quarantined',
  broken: 'Broken',
  flaky: 'Flaky',
  running: 'Running',
  passed: 'Passed',
  skipped: 'Skipped',
  waiting: 'Waiting',
};
