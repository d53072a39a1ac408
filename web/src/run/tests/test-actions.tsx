import { Button } from '@mantine/core';
import {
  IconDownload,
  IconFileText,
  IconGitCompare,
  IconListTree,
  IconMovie,
  IconPhoto,
  IconRefresh,
  IconTimeline,
  IconWorldWww,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { submitRuns } from '#src/operations/runs/runs.ts';
import { newKey, post } from '../../api/request.ts';
import { addressOf } from '../../base-path.ts';
import { QuarantineTest } from '../../triage/quarantine-test.tsx';
import { ActionButton } from '../../ui/action-button.tsx';
import { useAction } from '../../ui/use-action.ts';
import { fileOf } from '../queries.ts';
import { nameOf } from './arrange.ts';
import classes from './test-actions.module.css';
import type { Panel, TestProps } from './test-props.ts';

const panels = [
  { kind: 'steps', word: 'Steps', Icon: IconListTree },
  { kind: 'replay', word: 'Replay', Icon: IconMovie },
  { kind: 'screenshot', word: 'Screenshot', Icon: IconPhoto },
  { kind: 'page', word: 'Page', Icon: IconWorldWww },
] as const;

/**
 * Opens the trace of a test of Playwright. The viewer needs a service worker, which browsers allow with TLS or on the machine itself;
 * elsewhere the trace is downloaded.
 */
function TraceLink({ run, test }: Pick<TestProps, 'run' | 'test'>) {
  const trace = test.attachments.find(({ kind }) => kind === 'trace');
  if (!trace) return null;
  const file = fileOf(run.id, trace.path);
  const viewer = addressOf(`/trace-viewer/index.html?trace=${encodeURIComponent(file)}`);
  return (
    <Button
      component="a"
      size="compact-xs"
      variant="subtle"
      leftSection={<IconTimeline size={14} aria-hidden />}
      aria-label={`Trace of ${test.test}`}
      {...(window.isSecureContext
        ? { href: viewer, target: '_blank', rel: 'noopener' }
        : { href: file, download: true })}
    >
      Trace
    </Button>
  );
}

/** Toggles for the recorded details of a test, a link to its log lines, and a retry. */
export function TestActions({ run, test, panel, onPanel, onLog }: Omit<TestProps, 'cause'>) {
  const availablePanels = panels.filter(({ kind }) => test.attachments.some((file) => file.kind === kind));
  // The output of the process that executed it: for a test in a suite, that of the suite.
  const log = test.attachments.find(({ kind, name }) => kind === 'log' && name === 'Log');
  return (
    <div className={classes.actions}>
      {availablePanels.map(({ kind, word, Icon }) => (
        <Toggle key={kind} panel={kind} isOpen={panel === kind} onPanel={onPanel} Icon={Icon}>
          {word}
        </Toggle>
      ))}
      {test.failure !== null && (
        <Toggle panel="changes" isOpen={panel === 'changes'} onPanel={onPanel} Icon={IconGitCompare}>
          What changed
        </Toggle>
      )}
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconFileText size={14} aria-hidden />}
        onClick={onLog}
      >
        Show in log
      </Button>
      <TraceLink run={run} test={test} />
      {log && (
        <Button
          component="a"
          href={fileOf(run.id, log.path)}
          download={`run-${run.id}-${test.test}.log`}
          size="compact-xs"
          variant="subtle"
          leftSection={<IconDownload size={14} aria-hidden />}
          aria-label={`Download the log of ${test.test}`}
        >
          Log
        </Button>
      )}
      {test.status === 'failed' && test.quarantine === null && test.failure?.cause && (
        <QuarantineTest failure={{ ...test, environment: run.environment, cause: test.failure.cause }} />
      )}
      {run.state === 'finished' && <RetryTest environment={run.environment} name={nameOf(test)} />}
    </div>
  );
}

interface ToggleProps {
  panel: Panel;
  isOpen: boolean;
  onPanel: TestProps['onPanel'];
  Icon: typeof IconPhoto;
  children: string;
}

function Toggle({ panel, isOpen, onPanel, Icon, children }: ToggleProps) {
  return (
    <Button
      size="compact-xs"
      variant={isOpen ? 'light' : 'subtle'}
      aria-expanded={isOpen}
      leftSection={<Icon size={14} aria-hidden />}
      onClick={() => onPanel(isOpen ? undefined : panel)}
    >
      {children}
    </Button>
  );
}

/** Submits a run of this test alone on the same environment. A test in a suite includes the suite's before and after hooks. */
function RetryTest({ environment, name }: { environment: string; name: string }) {
  const [key, setKey] = useState(newKey);
  const retry = useAction({
    run: () => {
      const selection = { tests: [name] };
      return post<typeof submitRuns>(
        '/api/runs',
        { environments: [environment], selection, requestedBy: 'page' },
        { key },
      );
    },
    successMessage: ({ runs: [newRun] }) => `Run ${newRun?.id} of ${name} is queued on ${environment}.`,
    invalidates: [['runs'], ['overview']],
    onSuccess: () => setKey(newKey()),
  });
  return (
    <ActionButton
      requiredRole="operator"
      size="compact-xs"
      variant="subtle"
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={retry.isPending}
      aria-label={`Retry only ${name}`}
      onClick={() => retry.mutate()}
    >
      Retry
    </ActionButton>
  );
}
