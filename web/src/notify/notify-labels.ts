import type { NotifyState } from './permission.ts';

/** What a user can do about notifications, or why not. */
export const notifyLabels: Record<NotifyState, string> = {
  on: 'Stop notifying me about my runs and reservations',
  off: 'Notify me when my runs end, and about my reservations',
  blocked: 'This browser blocks notifications of this page. Allow them in its settings for this address.',
  unsupported: 'Notifications need HTTPS, or the page on the same machine.',
};
