import { notifications } from '@mantine/notifications';
import type { Problem } from '../api/problem.ts';

const closeButtonProps = { 'aria-label': 'Close' };

/** Says that something was done. Read out by screen readers; goes away by itself. */
export function showDone(message: string): void {
  notifications.show({ closeButtonProps, message, color: 'var(--passed)', autoClose: 4_000 });
}

/** Says why something was not done, and what to do. Stays until it is closed. */
export function showProblem(problem: Problem): void {
  notifications.show({
    closeButtonProps,
    title: problem.message,
    message: `${problem.meaning} ${problem.remedy} (${problem.code})`,
    color: 'var(--failed)',
    autoClose: false,
  });
}
