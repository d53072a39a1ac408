import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ComponentPropsWithoutRef } from 'react';
import { type Role, useRefusal } from '../api/session.ts';

type Props = ButtonProps &
  Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> & {
    /** The role that the action requires. */
    needs: Role;
    /** Why the action is unavailable now, for every role: `The run is finished.` */
    unless?: string;
  };

/** A button for an action that requires a role. When disabled it stays visible and focusable, and shows why. */
export function ActionButton({ needs, unless, onClick, ...props }: Props) {
  const refusal = useRefusal(needs);
  const because = refusal ?? unless;
  if (because === undefined) return <Button {...props} onClick={onClick} />;
  return (
    <Tooltip label={because}>
      <Button
        {...props}
        data-disabled
        aria-disabled
        title={because}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}
