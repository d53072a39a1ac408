import { notifications } from '@mantine/notifications';
import type { Problem } from '../api/problem.ts';

const closeButtonProps = { 'aria-label': 'Close' };

/** Shows a success notification, which closes after 4 seconds. */
export function showSuccess(message: string): void {
  notifications.show({ closeButtonProps, message, color: 'var(--passed)', autoClose: 4_000 });
}

/** Shows what failed although the request succeeded, such as a trial. It stays until the user closes it. */
export function showFailure(title: string, message: string): void {
  notifications.show({ closeButtonProps, title, message, color: 'var(--failed)', autoClose: false });
}

/** Shows an error notification with the remedy. It stays until the user closes it. */
export function showProblem(problem: Problem): void {
  notifications.show({
    closeButtonProps,
    title: problem.message,
    message: `${problem.meaning} ${problem.remedy} (${problem.code})`,
    color: 'var(--failed)',
    autoClose: false,
  });
}
