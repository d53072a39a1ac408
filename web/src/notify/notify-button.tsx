import { ActionIcon, Tooltip } from '@mantine/core';
import { IconBell, IconBellOff, IconBellRinging } from '@tabler/icons-react';
import { showSuccess } from '../ui/notices.tsx';
import { notifyLabels } from './notify-labels.ts';
import { useNotifications } from './permission.ts';

/** Switches desktop notifications of the runs that were started in this browser. The browser asks for permission once. */
export function NotifyButton() {
  const { state, change } = useNotifications();
  const isUsable = state === 'on' || state === 'off';
  const Icon = state === 'on' ? IconBellRinging : state === 'off' ? IconBell : IconBellOff;
  return (
    <Tooltip label={notifyLabels[state]}>
      <ActionIcon
        variant="subtle"
        aria-label={notifyLabels[state]}
        aria-pressed={isUsable ? state === 'on' : undefined}
        aria-disabled={!isUsable || undefined}
        data-disabled={!isUsable || undefined}
        onClick={async (event) => {
          if (!isUsable) return event.preventDefault();
          await change(state === 'off');
          if (state === 'off' && Notification.permission === 'granted') {
            showSuccess('You are notified about runs and reservations that you start in this browser.');
          }
        }}
      >
        <Icon size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
