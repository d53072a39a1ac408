import { Button, Modal, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { showEnvironment } from '#src/operations/environments/environments.ts';
import { toProblem } from '../../api/problem.ts';
import type { OutputOf } from '../../api/request.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { plural, shortCommit } from '../../ui/format.ts';
import { useQueryState } from '../../ui/query-state.ts';
import { ErrorState, Loading } from '../../ui/states.tsx';
import containers from '../containers/containers.module.css';
import classes from '../environment.module.css';
import { effectiveQuery, globalVariablesQuery, variableUsageQuery } from '../queries.ts';
import { ImportVariables } from './import-variables.tsx';
import { type VariableDraft, VariableForm } from './variable-form.tsx';
import { VariableRows } from './variable-rows.tsx';
import { layerText, type Row, rowsOf, type Usage } from './variable-values.ts';
import variables from './variables.module.css';

interface Props {
  environment: OutputOf<typeof showEnvironment>;
  onEditSettings: () => void;
}

/** The variables that tests read on an environment, with the layer of each value. */
export function Variables({ environment, onEditSettings }: Props) {
  const { code } = environment;
  const { rows, visibleRows, layers, effective, usage, filters } = useRows(environment);
  const [draft, setDraft] = useState<VariableDraft>();
  const [isImporting, setImporting] = useState(false);
  const problem = effective.error ? toProblem(effective.error) : undefined;
  return (
    <section className={classes.section} aria-labelledby="variables">
      <div className={classes.sectionHead}>
        <h2 id="variables">
          Variables <span className={classes.dim}>{rows.length > 0 && rows.length}</span>
        </h2>
        <Filters rows={rows} layers={layers} filters={filters} />
        <Tools
          code={code}
          isUsageShown={filters.usage !== ''}
          onUsage={() => filters.setUsage(filters.usage === '' ? 'all' : '')}
          onImport={() => setImporting(true)}
          onAdd={() => setDraft(emptyDraft)}
        />
      </div>
      {problem && (
        <p className={containers.problem} role="alert">
          {problem.message} {problem.remedy} Only the variables of this environment itself are shown.
        </p>
      )}
      {filters.usage !== '' && (
        <UsageSummary
          query={usage}
          rows={rows}
          isFiltered={filters.usage === 'unused'}
          onFilter={(filtered) => filters.setUsage(filtered ? 'unused' : 'all')}
        />
      )}
      {effective.isLoading ? (
        <Loading what="the variables" />
      ) : (
        <VariableRows
          code={code}
          rows={visibleRows}
          hasUsage={filters.usage !== ''}
          onEdit={setDraft}
          onEditSettings={onEditSettings}
        />
      )}
      {effective.data && effective.data.commit.id !== '' && (
        <p className={classes.dim}>
          Including <code>{effective.data.file}</code> of the test module at commit{' '}
          <code title={effective.data.commit.subject}>{shortCommit(effective.data.commit.id)}</code>
        </p>
      )}
      <Modal
        opened={draft !== undefined}
        onClose={() => setDraft(undefined)}
        title={draft?.name || 'Add variable'}
      >
        {draft && <VariableForm code={code} draft={draft} onClose={() => setDraft(undefined)} />}
      </Modal>
      <Modal opened={isImporting} onClose={() => setImporting(false)} title="Paste variables" size="lg">
        {isImporting && <ImportVariables code={code} onClose={() => setImporting(false)} />}
      </Modal>
    </section>
  );
}

/** The variables of an environment, and those that match the filters of the address. */
function useRows({ code, variables: own }: Props['environment']) {
  const effective = useQuery(effectiveQuery(code));
  const globals = useQuery(globalVariablesQuery);
  const [search, setSearch] = useQueryState('variable');
  const [layer, setLayer] = useQueryState('layer');
  const [shownUsage, setUsage] = useQueryState('usage');
  const usage = useQuery({ ...variableUsageQuery(code), enabled: shownUsage !== '' });
  const rows = rowsOf({
    effective: effective.data,
    own,
    globals: globals.data?.variables,
    usage: shownUsage === '' ? undefined : usage.data,
  });
  const searchText = search.trim().toLowerCase();
  const visibleRows = rows.filter(
    (row) =>
      `${row.name} ${row.value ?? ''} ${row.stored?.description ?? ''}`.toLowerCase().includes(searchText) &&
      (layer === '' || row.from === layer) &&
      (shownUsage !== 'unused' || row.usage?.isUnused),
  );
  const layers = (effective.data?.layers ?? []).filter((each) => rows.some(({ from }) => from === each));
  const filters = { search, setSearch, layer, setLayer, usage: shownUsage, setUsage };
  return { rows, visibleRows, layers, effective, usage, filters };
}

type Rows = ReturnType<typeof useRows>;

function Filters({ rows, layers, filters }: Pick<Rows, 'rows' | 'layers' | 'filters'>) {
  const { search, setSearch, layer, setLayer } = filters;
  return (
    <>
      <TextInput
        size="xs"
        aria-label="Search variables"
        placeholder="Search"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {layers.map((each) => (
        <Button
          key={each}
          size="compact-xs"
          variant={layer === each ? 'filled' : 'subtle'}
          aria-pressed={layer === each}
          onClick={() => setLayer(layer === each ? '' : each)}
        >
          {rows.filter(({ from }) => from === each).length} {layerText[each]}
        </Button>
      ))}
    </>
  );
}

const emptyDraft: VariableDraft = {
  ...{ name: '', value: '', secret: false, description: '', scope: 'environment', isStored: false },
};

interface ToolsProps {
  code: string;
  isUsageShown: boolean;
  onUsage: () => void;
  onImport: () => void;
  onAdd: () => void;
}

function Tools({ code, isUsageShown, onUsage, onImport, onAdd }: ToolsProps) {
  const button = { size: 'compact-xs', variant: 'default' } as const;
  return (
    <span className={variables.tools}>
      <Button
        {...button}
        variant={isUsageShown ? 'filled' : 'default'}
        aria-pressed={isUsageShown}
        onClick={onUsage}
      >
        Usage
      </Button>
      <Button {...button} component={Link} href={`/compare-variables?a=${code}`}>
        Compare
      </Button>
      <ActionButton {...button} requiredRole="admin" onClick={onImport}>
        Paste
      </ActionButton>
      <ActionButton
        {...button}
        requiredRole="admin"
        leftSection={<IconPlus size={13} aria-hidden />}
        onClick={onAdd}
      >
        Add variable
      </ActionButton>
    </span>
  );
}

interface UsageProps {
  query: { data: Usage | undefined; error: Error | null; refetch: () => Promise<unknown> };
  rows: readonly Row[];
  /** Only unused values are listed. */
  isFiltered: boolean;
  onFilter: (isFiltered: boolean) => void;
}

/** What no test reads, and what tests read that has no value. */
function UsageSummary({ query, rows, isFiltered, onFilter }: UsageProps) {
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Loading what="the tests that read the variables" readsTests />;
  const unused = rows.filter(({ usage }) => usage?.isUnused).length;
  const { missing } = query.data;
  return (
    <>
      <p className={classes.dim}>
        {unused === 0 ? 'Every value is used. ' : `Nothing reads ${plural(unused, 'value')}. `}
        {(unused > 0 || isFiltered) && (
          <Button size="compact-xs" variant="subtle" onClick={() => onFilter(!isFiltered)}>
            {isFiltered ? 'Show all' : 'Show them'}
          </Button>
        )}
      </p>
      {missing.length > 0 && (
        <section aria-label="Missing values">
          <p>Tests may read {plural(missing.length, 'name')} without a value:</p>
          <ul className={variables.missing}>
            {missing.map(({ reference, tests, firstTests }) => (
              <li key={reference}>
                <code>{reference}</code> <span className={classes.dim}>{readersText(tests, firstTests)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function readersText(tests: number, firstTests: readonly string[]): string {
  const others = tests - firstTests.length;
  return `${firstTests.join(', ')}${others > 0 ? ` and ${plural(others, 'other')}` : ''}`;
}
