import { useLocalStorage } from '@mantine/hooks';
import { useState } from 'react';

/** Whether the user wants desktop notifications, and whether the browser can show them. */
export type NotifyState = 'on' | 'off' | 'blocked' | 'unsupported';

/** The state of desktop notifications, and a function that switches them. It asks the browser only when it is called. */
export function useNotifications(): { state: NotifyState; change: (on: boolean) => Promise<void> } {
  const [isWanted, setWanted] = useLocalStorage({
    key: 'notify-own-runs',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  // The answer of the browser changes nothing that React knows of.
  const [, render] = useState(0);
  const permission = currentPermission();
  const change = async (on: boolean) => {
    const answer = on && permission === 'default' ? await Notification.requestPermission() : permission;
    setWanted(on && answer === 'granted');
    render((count) => count + 1);
  };
  return { state: stateOf(permission, isWanted), change };
}

// Browsers offer notifications on HTTPS and loopback only.
const currentPermission = (): NotificationPermission | 'unsupported' =>
  'Notification' in window ? Notification.permission : 'unsupported';

function stateOf(permission: ReturnType<typeof currentPermission>, isWanted: boolean): NotifyState {
  if (permission === 'unsupported') return 'unsupported';
  if (permission === 'denied') return 'blocked';
  return isWanted && permission === 'granted' ? 'on' : 'off';
}
