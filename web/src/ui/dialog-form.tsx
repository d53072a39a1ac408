import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { FormProblem } from './form-problem.tsx';

interface Props {
  /** What the form does when it is submitted, such as the result of `useAction`. */
  action: { mutate: () => void; isPending: boolean; error: unknown };
  /** The label of the button that submits the form. */
  submitLabel: string;
  /** True while the fields are incomplete. */
  isDisabled?: boolean;
  /** The problem to show; by default that of the action. `null`: the fields show it. */
  problem?: unknown;
  /** A further button, before the others. */
  extraButton?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** The form of a dialog: its fields, why it was rejected, and the buttons that close and submit it. */
export function DialogForm({
  action,
  submitLabel,
  isDisabled = false,
  problem = action.error,
  extraButton,
  onClose,
  children,
}: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        action.mutate();
      }}
    >
      <Stack gap="sm">
        <FormProblem error={problem} />
        {children}
        <Group justify="flex-end" gap="xs">
          {extraButton}
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={action.isPending} disabled={isDisabled}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
