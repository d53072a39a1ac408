import { Suspense } from 'react';
import type { RunView } from '#src/operations/core/views.ts';
import type { TestResultView } from '#src/operations/results/results-view.ts';
import { lazyPart } from '../../load-chunk.ts';
import { Loading } from '../../ui/states.tsx';
import { StatusBadge } from '../../ui/status.tsx';
import { Message } from '../failure/message.tsx';
import { SavedPage } from '../failure/saved-page.tsx';
import { splitTitle } from '../failure/step-tree.ts';
import { Steps } from '../failure/steps.tsx';
import { fileOf } from '../queries.ts';
import { Screenshot } from './screenshot.tsx';
import classes from './test-panel.module.css';
import type { Panel } from './test-props.ts';

const { component: ChangesSincePass } = lazyPart(() => import('../../changes/changes-since-pass.tsx'));

const { component: ReplayPanel } = lazyPart(() => import('../replay/replay-panel.tsx'));

interface Props {
  run: RunView;
  test: TestResultView;
  panel: Panel;
  onClose: () => void;
}

/** The open panel below a test; a screenshot opens above the page. */
export function TestPanel({ run, test, panel, onClose }: Props) {
  const path = test.attachments.find(({ kind }) => kind === panel)?.path;
  if (panel === 'attempts') {
    return (
      <ul className={classes.attempts}>
        {test.attempts.map(({ attempt, status, message }) => (
          <li key={attempt}>
            Attempt {attempt}: <StatusBadge status={status} />
            {message && <Message text={message} />}
          </li>
        ))}
      </ul>
    );
  }
  if (panel === 'changes') {
    const title = test.failure?.step?.title;
    const step = title === undefined ? null : splitTitle(title).stepKey;
    return (
      <Suspense fallback={<Loading what="the changes" />}>
        <ChangesSincePass run={run.id} test={test.test} suite={test.suite} step={step} />
      </Suspense>
    );
  }
  if (path === undefined) return <p className={classes.notRecorded}>Not recorded for this test</p>;
  if (panel === 'steps') return <Steps run={run.id} test={test} />;
  if (panel === 'replay') {
    return (
      <Suspense fallback={<Loading what="the replay" />}>
        <ReplayPanel run={run.id} test={test} path={path} />
      </Suspense>
    );
  }
  if (panel === 'page') return <SavedPage address={fileOf(run.id, path)} test={test.test} />;
  return <Screenshot address={fileOf(run.id, path)} test={test} onClose={onClose} />;
}
