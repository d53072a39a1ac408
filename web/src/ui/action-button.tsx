import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ComponentPropsWithoutRef } from 'react';
import { type Role, useRefusal } from '../api/session.ts';

type Props = ButtonProps &
  Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> & {
    /** The role that the action requires. */
    requiredRole: Role;
    /** Why the action is unavailable now, for every role: `The run is finished.` */
    disabledReason?: string;
  };

/** A button for an action that requires a role. When disabled it stays visible and focusable, and shows why. */
export function ActionButton({ requiredRole, disabledReason, onClick, ...props }: Props) {
  const refusal = useRefusal(requiredRole);
  const reason = refusal ?? disabledReason;
  if (reason === undefined) return <Button {...props} onClick={onClick} />;
  return (
    <Tooltip label={reason}>
      <Button
        {...props}
        data-disabled
        aria-disabled
        title={reason}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}
