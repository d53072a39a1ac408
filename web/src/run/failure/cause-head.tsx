import type { CauseView } from '#src/operations/results/results-view.ts';
import { StatusSign } from '../../ui/status.tsx';
import classes from './cause-head.module.css';
import { Message } from './message.tsx';
import { SameCause } from './same-cause.tsx';

/** The heading above several failures with the same cause. */
export function CauseHead({ cause, visibleTests }: { cause: CauseView; visibleTests: number }) {
  const { message, status, tests, sameCauseAs } = cause;
  return (
    <div className={classes.cause} data-status={status}>
      <h3 className={classes.title}>
        <StatusSign status={status} />
        {visibleTests === tests.length ? tests.length : `${visibleTests} of ${tests.length}`} tests with the
        same cause
        <SameCause runs={sameCauseAs} />
      </h3>
      <Message text={message} lines={8} />
    </div>
  );
}
