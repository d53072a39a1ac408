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

export function VariableRows({ code, rows, onEdit, onEditSettings }: Props) {
  const [rowToUnset, setRowToUnset] = useState<Row>();
  const close = () => setRowToUnset(undefined);
  const unset = useAction({
    run: ({ name, from }: Row) =>
      callApi('DELETE', `/api/variables/${name}`, {
        query: { environment: from === 'environment' ? code : undefined },
      }),
    successMessage: (_, { name }) => `${name} is unset.`,
    invalidates: environmentKeys(code),
    onSuccess: close,
  });
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
              <tr key={row.name}>
                <th scope="row">
                  <code>{row.name}</code>
                </th>
                <td className={variables.value}>
                  <Value value={row.value} isSecret={row.secret} />
                </td>
                <td className={variables.from}>
                  {layerText[row.from]}
                  {row.isSetting && <span className={classes.dim}>, a setting</span>}
                </td>
                <td className={variables.overrides}>
                  {row.overrides.map(({ from, value }) => (
                    <span key={from}>
                      {layerText[from]}: <Value value={value} isSecret={row.secret || value === null} />
                    </span>
                  ))}
                </td>
                <td className={variables.actions}>
                  <ActionButton
                    requiredRole="admin"
                    disabledReason={fixedReason(row)}
                    size="compact-xs"
                    variant="subtle"
                    aria-label={`Edit ${row.name}`}
                    onClick={() =>
                      row.isSetting
                        ? onEditSettings()
                        : onEdit({ name: row.name, value: row.value ?? '', secret: row.secret })
                    }
                  >
                    Edit
                  </ActionButton>
                  {canUnset(row) && (
                    <ActionButton
                      requiredRole="admin"
                      size="compact-xs"
                      variant="subtle"
                      aria-label={`Unset ${row.name}`}
                      onClick={() => setRowToUnset(row)}
                    >
                      Unset
                    </ActionButton>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Modal opened={rowToUnset !== undefined} onClose={close} title={`Unset ${rowToUnset?.name ?? ''}`}>
        <p>
          {rowToUnset?.from === 'global'
            ? 'The value is removed from all environments.'
            : 'The value is removed from this environment. The value of the next layer then applies, if any.'}
        </p>
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="subtle" onClick={close}>
            Cancel
          </Button>
          <Button
            data-autofocus
            loading={unset.isPending}
            onClick={() => rowToUnset && unset.mutate(rowToUnset)}
          >
            Unset
          </Button>
        </Group>
      </Modal>
    </>
  );
}

/** A value, or dots for a secret, which the server never returns. */
function Value({ value, isSecret }: { value: string | null; isSecret: boolean }) {
  if (isSecret) {
    return (
      <span role="img" aria-label="secret" title="Secret: never shown">
        ••••••••
      </span>
    );
  }
  if (value === '') return <span className={classes.dim}>empty</span>;
  return <code>{value}</code>;
}
