import { Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import { callApi } from '../../api/request.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import { useAction } from '../../ui/use-action.ts';
import classes from '../environment.module.css';
import { environmentKeys } from '../queries.ts';
import type { VariableDraft } from './variable-form.tsx';
import { canUnset, fixedReason, layerText, type Row } from './variable-values.ts';
import variables from './variables.module.css';

interface Props {
  code: string;
  rows: Row[];
  onEdit: (draft: VariableDraft) => void;
  onEditSettings: () => void;
}

/** The variables of an environment, and the dialog that unsets one. */
export function VariableRows({ code, rows, onEdit, onEditSettings }: Props) {
  const [rowToUnset, setRowToUnset] = useState<Row>();
  const edit = (row: Row) =>
    row.isSetting ? onEditSettings() : onEdit({ name: row.name, value: row.value ?? '', secret: row.secret });
  if (rows.length === 0) return <p className={classes.dim}>No variables</p>;
  return (
    <>
      <DataTable
        label="Variables"
        rows={rows}
        rowKey={({ name }) => name}
        columns={columns}
        actions={(row) => <Actions row={row} onEdit={() => edit(row)} onUnset={() => setRowToUnset(row)} />}
      />
      <UnsetDialog code={code} row={rowToUnset} onClose={() => setRowToUnset(undefined)} />
    </>
  );
}

const columns: Column<Row>[] = [
  {
    name: 'Name',
    width: 12,
    value: ({ name }) => (
      <code>
        <LongText text={name} />
      </code>
    ),
  },
  {
    name: 'Value',
    width: 12,
    wraps: true,
    value: ({ value, secret }) => <Value value={value} isSecret={secret} />,
  },
  {
    name: 'Source',
    width: 'fit',
    value: ({ from, isSetting }) => (
      <>
        {layerText[from]}
        {isSetting && <span className={classes.dim}>, from its settings</span>}
      </>
    ),
  },
  {
    name: 'Overrides',
    width: 8,
    wraps: true,
    value: ({ overrides, secret }) =>
      overrides.length > 0 && (
        <span className={variables.overrides}>
          {overrides.map(({ from, value }) => (
            <span key={from}>
              {layerText[from]}: <Value value={value} isSecret={secret} />
            </span>
          ))}
        </span>
      ),
  },
];

interface ActionsProps {
  row: Row;
  onEdit: () => void;
  onUnset: () => void;
}

function Actions({ row, onEdit, onUnset }: ActionsProps) {
  return (
    <>
      <ActionButton
        requiredRole="admin"
        disabledReason={fixedReason(row)}
        size="compact-xs"
        variant="subtle"
        aria-label={`Edit ${row.name}`}
        onClick={onEdit}
      >
        Edit
      </ActionButton>
      {canUnset(row) && (
        <ActionButton
          requiredRole="admin"
          size="compact-xs"
          variant="subtle"
          aria-label={`Unset ${row.name}`}
          onClick={onUnset}
        >
          Unset
        </ActionButton>
      )}
    </>
  );
}

interface DialogProps {
  code: string;
  /** The variable to unset; closed without one. */
  row: Row | undefined;
  onClose: () => void;
}

function UnsetDialog({ code, row, onClose }: DialogProps) {
  const unset = useAction({
    run: ({ name, from }: Row) =>
      callApi('DELETE', `/api/variables/${name}`, {
        query: { environment: from === 'environment' ? code : undefined },
      }),
    successMessage: (_, { name }) => `${name} is unset.`,
    invalidates: environmentKeys(code),
    onSuccess: onClose,
  });
  return (
    <Modal opened={row !== undefined} onClose={onClose} title={`Unset ${row?.name ?? ''}`}>
      <p>
        {row?.from === 'global'
          ? 'The value is removed from all environments.'
          : 'The value is removed from this environment. The value of the next layer then applies, if any.'}
      </p>
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="subtle" onClick={onClose}>
          Cancel
        </Button>
        <Button data-autofocus loading={unset.isPending} onClick={() => row && unset.mutate(row)}>
          Unset
        </Button>
      </Group>
    </Modal>
  );
}

/** A value, or dots for a secret, which the server never returns, and for one that a viewer may not see. */
function Value({ value, isSecret }: { value: string | null; isSecret: boolean }) {
  if (isSecret || value === null) {
    const title = isSecret ? 'Secret: never shown' : 'Hidden: only operators and admins see it';
    return (
      <span role="img" aria-label={isSecret ? 'secret' : 'hidden'} title={title}>
        ••••••••
      </span>
    );
  }
  if (value === '') return <span className={classes.dim}>empty</span>;
  return <code>{value}</code>;
}
