import { Button, Group, Modal, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { callApi } from '../../api/request.ts';
import { ActionButton } from '../../ui/action-button.tsx';
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
      <div className={classes.scroll}>
        <table className={`${classes.table} ${variables.table}`}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
              <th scope="col">Source</th>
              <th scope="col">Overrides</th>
              <th scope="col">
                <VisuallyHidden>Actions</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <VariableRow
                key={row.name}
                row={row}
                onEdit={() => edit(row)}
                onUnset={() => setRowToUnset(row)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <UnsetDialog code={code} row={rowToUnset} onClose={() => setRowToUnset(undefined)} />
    </>
  );
}

function VariableRow({ row, onEdit, onUnset }: { row: Row; onEdit: () => void; onUnset: () => void }) {
  const { name, value, secret, from, isSetting, overrides } = row;
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td className={variables.value}>
        <Value value={value} isSecret={secret} />
      </td>
      <td className={variables.from}>
        {layerText[from]}
        {isSetting && <span className={classes.dim}>, from its settings</span>}
      </td>
      <td className={variables.overrides}>
        {overrides.map(({ from, value }) => (
          <span key={from}>
            {layerText[from]}: <Value value={value} isSecret={secret} />
          </span>
        ))}
      </td>
      <td className={variables.actions}>
        <ActionButton
          requiredRole="admin"
          disabledReason={fixedReason(row)}
          size="compact-xs"
          variant="subtle"
          aria-label={`Edit ${name}`}
          onClick={onEdit}
        >
          Edit
        </ActionButton>
        {canUnset(row) && (
          <ActionButton
            requiredRole="admin"
            size="compact-xs"
            variant="subtle"
            aria-label={`Unset ${name}`}
            onClick={onUnset}
          >
            Unset
          </ActionButton>
        )}
      </td>
    </tr>
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
