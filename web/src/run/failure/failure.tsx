import { Anchor, Badge } from '@mantine/core';
import type { CauseView, FailureView, TestResultView } from '#src/operations/results/results-view.ts';
import { duration } from '../../ui/format.ts';
import { StatusBadge } from '../../ui/status.tsx';
import { History } from '../history.tsx';
import { fileOf } from '../queries.ts';
import { TestActions } from '../tests/test-actions.tsx';
import { TestName } from '../tests/test-name.tsx';
import { TestPanel } from '../tests/test-panel.tsx';
import type { TestProps } from '../tests/test-props.ts';
import classes from './failure.module.css';
import { FailurePlace } from './failure-place.tsx';
import { KnownCause } from './known-cause.tsx';
import { Message } from './message.tsx';
import { QuarantinedBadge } from './quarantined.tsx';
import { Reason } from './reason.tsx';
import { SameCause } from './same-cause.tsx';
import { splitTitle } from './step-tree.ts';
import { Waits } from './waits.tsx';

/** A failed or broken test, with everything that explains why visible without a click. */
export function Failure(props: TestProps) {
  const { run, test, cause, panel, onPanel } = props;
  const { status, failure, message, reason, durationMs, usualMs, history, attachments } = test;
  const screenshot = attachments.find(({ kind }) => kind === 'screenshot');
  const showsMessage = message !== null && message !== cause?.message;
  return (
    <article
      className={classes.failure}
      data-status={status}
      data-follows={(cause !== undefined && !isFirstOf(cause, test)) || undefined}
      tabIndex={-1}
      aria-label={`${test.test}: ${status}`}
    >
      <div className={classes.content}>
        <div className={classes.titleRow}>
          <span className={classes.name}>
            <StatusBadge status={status === 'broken' ? 'broken' : 'failed'} />
            <b>
              <TestName test={test} environment={run.environment} />
            </b>
          </span>
          <ClassificationBadge failure={failure} />
          <QuarantinedBadge test={test} />
          <span className={classes.trailing}>
            {durationMs !== null && (
              <span title={usualMs === null ? undefined : `usually ${duration(usualMs)}`}>
                {duration(durationMs)}
              </span>
            )}
            <History outcomes={history} />
          </span>
        </div>
        {reason ? (
          <Reason reason={reason} label={`Why ${test.test} is broken`} />
        ) : (
          showsMessage && <Message text={message} />
        )}
        <FailedStep failure={failure} />
        {failure?.place && <FailurePlace test={test.test} place={failure.place} run={run} />}
        <Waits waits={test.waits} />
        {!cause && failure && <SameCause runs={failure.sameCauseAs} />}
        {!cause && failure?.cause && <KnownCause runId={run.id} cause={failure.cause} />}
        <EarlierAttempts test={test} isOpen={panel === 'attempts'} onPanel={onPanel} />
        <TestActions {...props} />
        {panel && <TestPanel run={run} test={test} panel={panel} onClose={() => onPanel(undefined)} />}
      </div>
      {screenshot && (
        <button
          type="button"
          className={classes.picture}
          aria-label={`Screenshot of ${test.test}, enlarge`}
          onClick={() => onPanel('screenshot')}
        >
          <img src={fileOf(run.id, screenshot.path)} alt="" loading="lazy" decoding="async" />
        </button>
      )}
    </article>
  );
}

const classifications = {
  new: { word: 'new failure', why: 'The test passed before' },
  known: { word: 'known failure', why: 'The test failed for the same cause before' },
  flaky: { word: 'flaky', why: 'The test alternates between passed and failed' },
};

function ClassificationBadge({ failure }: { failure: FailureView | null }) {
  if (!failure?.classification) return null;
  const { word, why } = classifications[failure.classification];
  if (failure.classification === 'flaky') {
    return (
      <span title={why}>
        <StatusBadge status="flaky" />
      </span>
    );
  }
  const isNew = failure.classification === 'new';
  return (
    <Badge
      variant={isNew ? 'filled' : 'default'}
      size="sm"
      radius="sm"
      tt="none"
      fw={600}
      title={why}
      className={isNew ? classes.new : undefined}
    >
      {word}
    </Badge>
  );
}

/** Whether the test is the first with its cause: the picture of the others is smaller. */
function isFirstOf({ tests: [first] }: CauseView, { test, suite }: TestResultView): boolean {
  return first?.test === test && first.suite === suite;
}

function FailedStep({ failure }: { failure: FailureView | null }) {
  if (!failure?.step) return null;
  const { number, of } = failure.step;
  const { title, stepKey } = splitTitle(failure.step.title);
  return (
    <p className={classes.step}>
      <span className={classes.stepNumber}>
        Failed in step {number}
        {of !== null && of >= number && ` of ${of}`}
      </span>{' '}
      <code>{title}</code> {stepKey && <span className={classes.key}>{stepKey}</span>}
    </p>
  );
}

interface EarlierAttemptsProps {
  test: TestResultView;
  isOpen: boolean;
  onPanel: TestProps['onPanel'];
}

/** Links to the earlier attempts of the test in this run. */
function EarlierAttempts({ test, isOpen, onPanel }: EarlierAttemptsProps) {
  if (test.attempts.length === 0) return null;
  return (
    <p>
      Attempt {test.attempt};{' '}
      <Anchor
        component="button"
        aria-expanded={isOpen}
        onClick={() => onPanel(isOpen ? undefined : 'attempts')}
      >
        earlier attempts: {test.attempts.map(({ status }) => status).join(', ')}
      </Anchor>
    </p>
  );
}
