import type { CauseView } from '#src/operations/results/results-view.ts';
import { StatusSign } from '../../ui/status.tsx';
import classes from './cause-head.module.css';
import { KnownCause } from './known-cause.tsx';
import { Message } from './message.tsx';
import { SameCause } from './same-cause.tsx';

interface Props {
  runId: number;
  cause: CauseView;
  visibleTests: number;
}

/** The heading above several failures with the same cause. */
export function CauseHead({ runId, cause, visibleTests }: Props) {
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
      {hasMessage(cause) && <KnownCause runId={runId} cause={cause.cause} />}
    </div>
  );
}

/** The cause of tests that broke without a message is the code of their reason. */
const hasMessage = ({ cause }: CauseView) => /^[0-9a-f]{16}$/.test(cause);
