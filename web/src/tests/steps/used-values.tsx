import type { UsedValueView } from '#src/operations/tests/test-steps.ts';
import { Value } from '../../environments/variables/value.tsx';
import { plural } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import classes from './steps.module.css';

/** The values that the steps of a test read on an environment, and which layer or file each comes from. */
export function UsedValues({ values, environment }: { values: UsedValueView[]; environment: string }) {
  if (values.length === 0) return null;
  return (
    <details className={classes.values}>
      <summary>
        {plural(values.length, 'value')} of {environment}
      </summary>
      <DataTable
        label={`Values of ${environment}`}
        rows={values}
        rowKey={({ kind, name }) => `${kind} ${name}`}
        columns={columns}
      />
    </details>
  );
}

const layers: Record<NonNullable<UsedValueView['from']>, string> = {
  default: 'default of matre',
  global: 'variable of all environments',
  module: 'test module',
  environment: 'variable of the environment',
  infrastructure: 'set by matre',
};

const columns: Column<UsedValueView>[] = [
  {
    name: 'Read as',
    width: 14,
    share: 1,
    value: ({ kind, name }) => (
      <code>
        <LongText text={`${kind === 'env' ? '_ENV' : '_CREDS'}.${name}`} />
      </code>
    ),
  },
  {
    name: 'Value',
    width: 14,
    share: 1,
    wraps: true,
    value: ({ variable, value, secret }) =>
      variable === null ? 'not set' : <Value value={value} isSecret={secret} />,
  },
  {
    name: 'From',
    width: 14,
    share: 1,
    wraps: true,
    value: ({ from, file }) => file ?? (from === null ? '' : layers[from]),
  },
];
