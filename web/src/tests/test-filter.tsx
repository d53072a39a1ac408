import { Button, Select, TextInput } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMemo, useRef } from 'react';
import { Link } from 'wouter';
import { plural } from '../ui/format.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import type { Status } from '../ui/status.tsx';
import { StatusChoice, StatusChoices } from '../ui/status-choices.tsx';
import {
  type Condition,
  conditions,
  type ListedTest,
  matchesCondition,
  namesIn,
  runSearch,
} from './listing.ts';
import type { Catalog } from './queries.ts';
import classes from './tests.module.css';
import type { useTestFilter } from './use-test-filter.ts';

interface Props {
  catalog: Catalog;
  tests: ListedTest[];
  /** The number of tests that match the filter. */
  visible: number;
  filter: ReturnType<typeof useTestFilter>;
}

/** Narrows the list of tests by name, group, suite and state. */
export function TestFilter({ catalog, tests, visible, filter }: Props) {
  const { search, setSearch, group, setGroup, suite, setSuite, condition, setCondition } = filter;
  const groups = useMemo(() => namesIn(catalog, 'groups'), [catalog]);
  const suites = useMemo(() => namesIn(catalog, 'suites'), [catalog]);
  const searchField = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Search tests', () => searchField.current?.focus());
  return (
    <div className={classes.filter}>
      <TextInput
        ref={searchField}
        size="xs"
        w={220}
        aria-label="Search by name or title"
        placeholder="Name or title"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <Choice label="Group" all={groups} selected={group} onSelect={setGroup} />
      <Choice label="Suite" all={suites} selected={suite} onSelect={setSuite} />
      <Conditions tests={tests} selected={condition} onSelect={setCondition} />
      <span className={classes.dim} aria-live="polite">
        {visible < tests.length && `${plural(visible, 'test')} found`}
      </span>
      {group !== '' || suite !== '' ? (
        <Button
          component={Link}
          href={`/new?${runSearch(catalog, { group, suite })}`}
          size="compact-xs"
          variant="default"
          leftSection={<IconPlayerPlay size={13} aria-hidden />}
        >
          Run the {group === '' ? 'suite' : 'group'}
        </Button>
      ) : null}
    </div>
  );
}

interface ConditionsProps {
  tests: ListedTest[];
  selected: string;
  onSelect: (condition: string) => void;
}

const statuses: Record<Condition, Status> = {
  failing: 'failed',
  flaky: 'flaky',
  passing: 'passed',
  skipped: 'skipped',
  'never ran': 'missing',
};

function Conditions({ tests, selected, onSelect }: ConditionsProps) {
  return (
    <StatusChoices label="Filter by state">
      <StatusChoice label="All" isSelected={selected === ''} onSelect={() => onSelect('')} />
      {conditions.map((each) => {
        const count = tests.filter((test) => matchesCondition(each, test)).length;
        if (count === 0 && selected !== each) return null;
        return (
          <StatusChoice
            key={each}
            status={statuses[each]}
            label={`${each.charAt(0).toUpperCase()}${each.slice(1)}`}
            count={count}
            isSelected={selected === each}
            onSelect={() => onSelect(selected === each ? '' : each)}
          />
        );
      })}
    </StatusChoices>
  );
}

interface ChoiceProps {
  label: string;
  all: Catalog['groups'];
  selected: string;
  onSelect: (name: string) => void;
}

function Choice({ label, all, selected, onSelect }: ChoiceProps) {
  return (
    <Select
      aria-label={label}
      placeholder={label}
      w={190}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
      nothingFoundMessage="No matches"
      limit={200}
      data={all.map(({ name, tests }) => ({ value: name, label: `${name} (${tests})` }))}
      value={selected === '' ? null : selected}
      onChange={(name) => onSelect(name ?? '')}
    />
  );
}
