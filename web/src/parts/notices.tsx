import { notifications } from '@mantine/notifications';
import type { Problem } from '../api/problem.ts';

/** Says that something was done. Read out by screen readers; goes away by itself. */
export function showDone(message: string): void {
  notifications.show({ message, color: 'var(--passed)', autoClose: 4_000 });
}

/** Says why something was not done, and what to do. Stays until it is closed. */
export function showProblem(problem: Problem): void {
  notifications.show({
    title: problem.message,
    message: `${problem.meaning} ${problem.remedy} (${problem.code})`,
    color: 'var(--failed)',
    autoClose: false,
  });
}
