import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { compareVariables } from '#src/operations/environments/variable-usage.ts';
import type { OutputOf } from '../../api/request.ts';
import compare from '../../compare/compare.module.css';
import { plural } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { useQueryState } from '../../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../../ui/states.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import { useTitle } from '../../ui/title.ts';
import classes from '../environment.module.css';
import { comparedVariablesQuery, nowQuery } from '../queries.ts';
import { Value } from './value.tsx';
import { layerText } from './variable-values.ts';
import variables from './variables.module.css';

type Row = OutputOf<typeof compareVariables>['values'][number];

/** The values that tests get on two environments, side by side. */
export default function CompareVariables() {
  useTitle('Compare variables');
  const [a, setA] = useQueryState('a');
  const [b, setB] = useQueryState('b');
  const [shown, setShown] = useQueryState('show');
  const { data, error, refetch } = useQuery(comparedVariablesQuery(a, b));
  const now = useQuery(nowQuery);
  const codes = now.data?.lanes.map(({ code }) => code) ?? [];
  const different = data?.values.filter(({ isEqual }) => !isEqual) ?? [];
  const rows = shown === 'all' ? (data?.values ?? []) : different;
  return (
    <>
      <h1>Compare variables</h1>
      <div className={compare.form}>
        <EnvironmentSelect label="Environment" codes={codes} value={a} onChange={setA} />
        <EnvironmentSelect label="Compare with" codes={codes} value={b} onChange={setB} />
        <Checkbox
          size="xs"
          label="Show equal values too"
          checked={shown === 'all'}
          onChange={(event) => setShown(event.currentTarget.checked ? 'all' : '')}
        />
      </div>
      {a === '' || b === '' ? (
        <EmptyState title="Choose two environments">
          Their values are shown side by side, those that differ first. Secrets are compared, and never shown.
        </EmptyState>
      ) : data === undefined || error !== null ? (
        <QueryFallback what="the comparison" query={{ error, refetch }} />
      ) : (
        <>
          <p className={classes.dim} role="status">
            {plural(different.length, 'value')} {different.length === 1 ? 'differs' : 'differ'},{' '}
            {data.values.length - different.length} equal
          </p>
          {rows.length === 0 ? (
            <EmptyState
              title="No differences"
              action={<Button onClick={() => setShown('all')}>Show equal values</Button>}
            >
              Tests get the same values on both environments.
            </EmptyState>
          ) : (
            <DataTable
              label="Values"
              rows={rows}
              rowKey={({ name }) => name}
              columns={columnsOf(a, b)}
              isDim={({ isEqual }) => isEqual}
            />
          )}
        </>
      )}
    </>
  );
}

interface SelectProps {
  label: string;
  codes: readonly string[];
  value: string;
  onChange: (code: string) => void;
}

function EnvironmentSelect({ label, codes, value, onChange }: SelectProps) {
  const listed = value === '' || codes.includes(value) ? codes : [value, ...codes];
  return (
    <NativeSelect
      size="xs"
      label={label}
      className={`${compare.field} ${variables.select}`}
      value={value}
      data={[{ value: '', label: 'Choose' }, ...listed]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

const columnsOf = (a: string, b: string): Column<Row>[] => [
  {
    name: 'Name',
    width: 12,
    value: ({ name }) => (
      <code>
        <LongText text={name} />
      </code>
    ),
  },
  { name: 'Result', width: 'fit', value: ({ isEqual }) => (isEqual ? 'equal' : 'different') },
  {
    name: a,
    width: 12,
    wraps: true,
    value: ({ environment, secret }) => <Side side={environment} isSecret={secret} />,
  },
  {
    // The names of columns differ.
    name: a === b ? `${b} ` : b,
    width: 12,
    wraps: true,
    value: ({ other, secret }) => <Side side={other} isSecret={secret} />,
  },
];

function Side({ side, isSecret }: { side: Row['other']; isSecret: boolean }) {
  if (side === null) return <span className={classes.dim}>not set</span>;
  return (
    <>
      <Value value={side.value} isSecret={isSecret} />
      <div className={variables.note}>{layerText[side.from]}</div>
    </>
  );
}
