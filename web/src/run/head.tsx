import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { describePatches } from '#src/model/patch.ts';
import type { RunView } from '#src/operations/core/views.ts';
import type { ProgressView } from '#src/operations/runs/progress.ts';
import { RequestedBy } from '../schedules/requested-by.tsx';
import { Counts, CountsBar } from '../ui/counts.tsx';
import { shortCommit } from '../ui/format.ts';
import { useNow } from '../ui/now.ts';
import { StatusSign, statusOfRun } from '../ui/status.tsx';
import { Elapsed, Time } from '../ui/time.tsx';
import { RunActions } from './actions.tsx';
import { Attempts, AttemptsFact } from './attempts.tsx';
import { Reason } from './failure/reason.tsx';
import classes from './head.module.css';
import { optionsText, outcomeText } from './outcome-text.ts';
import { Retries } from './retries.tsx';
import { timeLeft } from './time-left.ts';
import { QueueStatus } from './waiting.tsx';

interface Props {
  progress: ProgressView;
  /** When the page received `progress`, in milliseconds. */
  receivedAt: number;
}

export function RunHead({ progress, receivedAt }: Props) {
  const { run, msLeft } = progress;
  const { counts } = run;
  const done = counts.passed + counts.failed + counts.broken + counts.skipped;
  return (
    <header className={classes.head}>
      <div className={classes.titleRow}>
        <div className={classes.name}>
          <h1 className={classes.title}>
            <span className={classes.number}>#{run.id}</span> on{' '}
            <Anchor component={Link} href={`/environments/${run.environment}`}>
              {run.environment}
            </Anchor>
          </h1>
          <p className={classes.summary} title={run.summary}>
            {run.summary}
          </p>
        </div>
        <RunActions run={run} done={done} />
      </div>

      <div className={classes.outcome} data-status={statusOfRun(run)}>
        <p className={classes.status}>
          <StatusSign status={statusOfRun(run)} size={22} />
          <b className={classes.outcomeText}>{outcomeText(run)}</b>
          {counts.planned > 0 && <Counts counts={counts} isAlone />}
          {run.state === 'running' && <TimeLeft msLeft={msLeft} receivedAt={receivedAt} />}
        </p>
        {(run.state !== 'queued' || done > 0) && <CountsBar counts={counts} />}
      </div>

      <QueueStatus progress={progress} />
      {run.reason && <Reason reason={run.reason} label={`Why the run is ${run.verdict ?? 'retried'}`} />}

      <Facts run={run} />
      {run.attempt > 0 && <Attempts run={run} />}
    </header>
  );
}

function Facts({ run }: { run: RunView }) {
  const failedTests = optionsText(run.options);
  return (
    <dl className={classes.facts}>
      {run.ref !== null && (
        <Fact name="Ref">
          <code>{run.ref}</code>
        </Fact>
      )}
      <CommitFact run={run} />
      <Times run={run} />
      <Fact name="Requested by">
        <RequestedBy run={run} />
      </Fact>
      {run.submissionId !== null && (
        <Fact name="Submission">
          <Anchor component={Link} href={`/submissions/${run.submissionId}`}>
            #{run.submissionId}, all its environments
          </Anchor>
        </Fact>
      )}
      {run.workerId && (
        <Fact name="Worker">
          <code>{run.workerId}</code>
        </Fact>
      )}
      {run.priority !== 0 && <Fact name="Priority">{run.priority}</Fact>}
      {run.patches.length > 0 && <Fact name="Patches">{describePatches(run.patches)}</Fact>}
      {failedTests !== '' && <Fact name="Failed tests">{failedTests}</Fact>}
      {run.retryOf !== null && (
        <Fact name="Retry of">
          <Anchor component={Link} href={`/runs/${run.retryOf}`}>
            #{run.retryOf}
          </Anchor>
        </Fact>
      )}
      {run.state === 'finished' && <Retries run={run} />}
      {run.attempt > 0 && <AttemptsFact run={run} />}
    </dl>
  );
}

function CommitFact({ run }: { run: RunView }) {
  return (
    <Fact name={run.modules && run.modules.length > 1 ? 'Commits' : 'Commit'}>
      {run.modules && run.modules.length > 1 ? (
        run.modules.map(({ name, target, id, subject }) => (
          <div key={name} title={target}>
            {name}: <code title={id}>{shortCommit(id)}</code> {subject}
          </div>
        ))
      ) : run.commit ? (
        <>
          <code title={run.commit.id}>{shortCommit(run.commit.id)}</code> {run.commit.subject}
        </>
      ) : run.state === 'finished' ? (
        // It was imported, or it ended before the test module was read.
        'not known'
      ) : (
        'not determined yet'
      )}
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Times({ run: { queuedAt, startedAt, finishedAt } }: { run: RunView }) {
  if (startedAt === null) {
    return (
      <Fact name={finishedAt ? 'Ended' : 'Queued'}>
        <Time at={finishedAt ?? queuedAt} />
      </Fact>
    );
  }
  return (
    <>
      <Fact name="Started">
        <Time at={startedAt} as="clock" /> (<Time at={startedAt} />)
      </Fact>
      <Fact name={finishedAt ? 'Duration' : 'Running for'}>
        <Elapsed since={startedAt} until={finishedAt} />
      </Fact>
    </>
  );
}

function TimeLeft({ msLeft, receivedAt }: { msLeft: number | null; receivedAt: number }) {
  const now = useNow(1_000);
  const remainingText = timeLeft(msLeft, receivedAt, now.getTime());
  return remainingText === undefined ? (
    <span className={classes.noEstimate} title="Too few of the remaining tests have run before">
      no estimate yet
    </span>
  ) : (
    <span className={classes.timeLeft} title="Estimated from earlier durations of these tests">
      {remainingText}
    </span>
  );
}
