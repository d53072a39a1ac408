import { Anchor, Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { callApi } from '../../api/request.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { plural } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import { useAction } from '../../ui/use-action.ts';
import classes from '../environment.module.css';
import { environmentKeys } from '../queries.ts';
import { RotationNote } from './rotation-note.tsx';
import { Value } from './value.tsx';
import type { VariableDraft } from './variable-form.tsx';
import { canUnset, fixedReason, layerText, type Row, variablePage } from './variable-values.ts';
import variables from './variables.module.css';

interface Props {
  code: string;
  rows: Row[];
  /** Whether to show who reads the variables. */
  hasUsage: boolean;
  onEdit: (draft: VariableDraft) => void;
  onEditSettings: () => void;
}

/** The variables of an environment, and the dialog that unsets one. */
export function VariableRows({ code, rows, hasUsage, onEdit, onEditSettings }: Props) {
  const [rowToUnset, setRowToUnset] = useState<Row>();
  const edit = (row: Row) => (row.isSetting ? onEditSettings() : onEdit(draftOf(row)));
  const columns = columnsOf(code);
  if (rows.length === 0) return <p className={classes.dim}>No variables</p>;
  return (
    <>
      <DataTable
        label="Variables"
        rows={rows}
        rowKey={({ name }) => name}
        columns={hasUsage ? [...columns, usageColumn(code)] : columns}
        actions={(row) => <Actions row={row} onEdit={() => edit(row)} onUnset={() => setRowToUnset(row)} />}
      />
      <UnsetDialog code={code} row={rowToUnset} onClose={() => setRowToUnset(undefined)} />
    </>
  );
}

const draftOf = ({ name, value, secret, stored, from }: Row): VariableDraft => ({
  name,
  value: value ?? '',
  secret,
  description: stored?.description ?? '',
  scope: from === 'global' ? 'global' : 'environment',
  isStored: stored !== undefined,
});

const columnsOf = (code: string): Column<Row>[] => [
  {
    name: 'Name',
    width: 12,
    wraps: true,
    value: ({ name, stored }) => (
      <>
        <code>
          <Anchor component={Link} href={variablePage(code, name)}>
            <LongText text={name} />
          </Anchor>
        </code>
        {stored && stored.description !== '' && <div className={variables.note}>{stored.description}</div>}
      </>
    ),
  },
  {
    name: 'Value',
    width: 12,
    wraps: true,
    value: ({ value, secret, stored, from }) => (
      <>
        <Value value={value} isSecret={secret} />
        {stored?.secret && (
          <RotationNote variable={stored} environment={from === 'global' ? undefined : code} />
        )}
      </>
    ),
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

const usageColumn = (code: string): Column<Row> => ({
  name: 'Used by',
  width: 8,
  wraps: true,
  value: ({ name, usage }) => {
    if (usage === undefined) return null;
    if (usage.isUnused) return <span className={variables.unused}>nothing</span>;
    const others = [...(usage.readByMftf ? ['MFTF'] : []), ...usage.hooks.map((hook) => `hook ${hook}`)];
    return (
      <>
        {usage.tests > 0 && (
          <Anchor component={Link} href={variablePage(code, name)}>
            {plural(usage.tests, 'test')}
          </Anchor>
        )}
        {others.length > 0 && <div className={variables.note}>{others.join(', ')}</div>}
      </>
    );
  },
});

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
    successMessage: (_, { name }) => `${name} was unset.`,
    invalidates: environmentKeys(code),
    onSuccess: onClose,
  });
  return (
    <Modal opened={row !== undefined} onClose={onClose} title={`Unset ${row?.name}`}>
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
