import { Button, Tooltip } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { useRefusal } from '../api/session.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import { preload } from '../views.tsx';

const path = '/new';

/** The button in the header. Disabled, with the reason, for users who may not start runs. */
export function NewRun() {
  const refusal = useRefusal('operator');
  const [, go] = useLocation();
  useShortcut('n', 'New run', () => refusal === undefined && go(path));
  const button = { leftSection: <IconPlus size={14} aria-hidden />, children: 'New run' };
  if (refusal !== undefined) {
    return (
      <Tooltip label={refusal}>
        <Button data-disabled aria-disabled {...button} />
      </Tooltip>
    );
  }
  return <Button component={Link} href={path} onPointerEnter={() => preload(path)} {...button} />;
}
