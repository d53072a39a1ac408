import { Select, TextInput } from '@mantine/core';
import { useRef } from 'react';
import { useShortcut } from '../ui/shortcuts.tsx';
import { StatusChoices } from '../ui/status-choices.tsx';
import { EnvironmentSelect } from './environment-select.tsx';
import { LevelChoice } from './level-choice.tsx';
import classes from './lint.module.css';
import type { LintPage } from './queries.ts';
import type { useLintFilter } from './use-lint-filter.ts';

interface Props {
  /** `undefined` until the first findings are loaded. */
  page: LintPage | undefined;
  filter: ReturnType<typeof useLintFilter>;
}

const levels = ['error', 'warning', 'note'] as const;

/** Narrows the findings by level, rule, words and whether they are new. */
export function LintFilter({ page, filter }: Props) {
  const { environment, level, code, search, only, set } = filter;
  const searchField = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Search findings', () => searchField.current?.focus());
  const rules = page?.rules ?? [];
  const countOf = (each: string) =>
    rules.filter((rule) => each === '' || rule.level === each).reduce((sum, rule) => sum + rule.findings, 0);
  return (
    <div className={classes.filter}>
      <EnvironmentSelect selected={environment} onSelect={(value) => set('environment', value)} />
      <StatusChoices label="Filter by level">
        {(['', ...levels] as const).map((each) => (
          <LevelChoice
            key={each}
            level={each === '' ? undefined : each}
            {...(page && { count: countOf(each) })}
            isSelected={level === each}
            onSelect={() => set('level', each)}
          />
        ))}
        {page?.baseline && (
          <LevelChoice
            label="New"
            isSelected={only === 'new'}
            onSelect={() => set('only', only === 'new' ? '' : 'new')}
          />
        )}
      </StatusChoices>
      <Select
        aria-label="Rule"
        placeholder="Rule"
        size="xs"
        w={250}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Any rule' }}
        nothingFoundMessage="No matches"
        data={rules
          .filter((rule) => level === '' || rule.level === level)
          .map(({ code, findings }) => ({ value: code, label: `${code} (${findings.toLocaleString()})` }))}
        value={code === '' ? null : code}
        onChange={(value) => set('code', value ?? '')}
      />
      <TextInput
        ref={searchField}
        size="xs"
        w={220}
        aria-label="Search by file or text"
        placeholder="File or text"
        maxLength={200}
        value={search}
        onChange={(event) => set('search', event.currentTarget.value)}
      />
    </div>
  );
}
