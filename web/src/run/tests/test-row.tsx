import { Button, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo } from 'react';
import { duration } from '../../ui/format.ts';
import { useNow } from '../../ui/now.ts';
import { StatusBadge, StatusSign } from '../../ui/status.tsx';
import { Failure } from '../failure/failure.tsx';
import { Waits } from '../failure/waits.tsx';
import { History } from '../history.tsx';
import { compareToUsual } from '../time-left.ts';
import { isFailure, outcomeOf } from './arrange.ts';
import { TestActions } from './test-actions.tsx';
import { TestName } from './test-name.tsx';
import { TestPanel } from './test-panel.tsx';
import type { TestProps } from './test-props.ts';
import classes from './test-row.module.css';

/** A test of the run: one line, or a failure with its details. */
export const TestRow = memo(
  function TestRow(props: TestProps) {
    return isFailure(props.test) ? <Failure {...props} /> : <Line {...props} />;
  },
  // Ignores the callbacks: they differ in identity only.
  (before, after) =>
    before.test === after.test &&
    before.cause === after.cause &&
    before.panel === after.panel &&
    before.run.state === after.run.state,
);

function Line(props: TestProps) {
  const { run, test, panel, onPanel } = props;
  const { status, flaky, durationMs, usualMs, history } = test;
  const isOpen = panel !== undefined;
  const isMissing = status === 'waiting' && run.state === 'finished';
  const outcome = outcomeOf(test);
  const statusText = isMissing ? 'no result' : outcome;
  const isFinished = status === 'passed' || status === 'skipped';
  return (
    <article className={classes.test} tabIndex={-1} aria-label={`${test.test}: ${statusText}`}>
      <div className={classes.line}>
        {isFinished ? (
          <UnstyledButton
            className={classes.toggle}
            aria-expanded={isOpen}
            aria-label={`Steps of ${test.test}`}
            onClick={() => onPanel(isOpen ? undefined : 'steps')}
          >
            {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          </UnstyledButton>
        ) : (
          <span className={classes.toggle} />
        )}
        <span className={classes.sign} title={statusText}>
          <StatusSign status={isMissing ? 'missing' : outcome === 'waiting' ? 'queued' : outcome} />
        </span>
        <span className={classes.main}>
          <TestName test={test} environment={run.environment} />
          {test.flakyInRun && <StatusBadge status="flaky">failed, then passed</StatusBadge>}
          {flaky && !test.flakyInRun && <StatusBadge status="flaky" />}
          {status === 'skipped' && test.message && <span className={classes.why}>{test.message}</span>}
        </span>
        <span className={classes.trailing}>
          {status === 'running' && (
            <Button size="compact-xs" variant="subtle" onClick={props.onLog}>
              Show in log
            </Button>
          )}
          {status === 'running' && test.startedAt && (
            <RunningTime startedAt={test.startedAt} usualMs={usualMs} />
          )}
          {status === 'waiting' && !isMissing && usualMs !== null && (
            <span className={classes.usual}>usually {duration(usualMs)}</span>
          )}
          <Waits waits={test.waits} short />
          {durationMs !== null && isFinished && (
            <TestDuration test={test} isFinal={run.state === 'finished'} />
          )}
          <span className={classes.history}>
            <History outcomes={history} />
          </span>
        </span>
      </div>
      {isOpen && (
        <div className={classes.panel}>
          <Waits waits={test.waits} />
          <TestActions {...props} />
          <TestPanel run={run} test={test} panel={panel} onClose={() => onPanel(undefined)} />
        </div>
      )}
    </article>
  );
}

function RunningTime({ startedAt, usualMs }: { startedAt: string; usualMs: number | null }) {
  const now = useNow(1_000);
  const elapsed = Math.max(0, now.getTime() - Date.parse(startedAt));
  const { share, isSlow } = compareToUsual(elapsed, usualMs);
  return (
    <span className={classes.runningTime} data-late={isSlow || undefined}>
      running {duration(elapsed)}
      {usualMs !== null && ` (usually ${duration(usualMs)})`}
      {share !== undefined && (
        <span className={classes.bar} aria-hidden>
          <span style={{ width: `${share * 100}%` }} />
        </span>
      )}
    </span>
  );
}

/** `isFinal`: the run is finished, so its classes say what is slower, as those of its submission do. */
function TestDuration({ test, isFinal }: { test: TestProps['test']; isFinal: boolean }) {
  const { durationMs, usualMs } = test;
  if (durationMs === null) return null;
  const isSlow = isFinal ? test.classes.includes('slower') : compareToUsual(durationMs, usualMs).isSlow;
  return (
    <span className={classes.duration}>
      {isSlow && usualMs !== null && (
        <span className={classes.usual}>
          {isFinal && 'slower, '}usually {duration(usualMs)}
        </span>
      )}
      {duration(durationMs)}
    </span>
  );
}
