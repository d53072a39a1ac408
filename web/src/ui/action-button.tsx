import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ComponentPropsWithoutRef } from 'react';
import { type Role, useRefusal } from '../api/session.ts';

type Props = ButtonProps &
  Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> & {
    /** The role that it takes. */
    needs: Role;
    /** Why it cannot be done now, whoever asks: `The run is finished.` */
    unless?: string;
  };

/** A button for what not everybody may do: whoever may not sees it, and why. It can be focused all the same. */
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
