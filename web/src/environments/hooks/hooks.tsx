import { Anchor, Modal } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ListedHookView } from '#src/operations/hooks/hook-view.ts';
import type { testHook } from '#src/operations/hooks/hooks.ts';
import { callApi, type OutputOf } from '../../api/request.ts';
import { useRefusal } from '../../api/session.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { duration } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { showFailure, showSuccess } from '../../ui/notices.tsx';
import { ErrorState, Loading } from '../../ui/states.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import { Elapsed, Time } from '../../ui/time.tsx';
import { useAction } from '../../ui/use-action.ts';
import classes from '../environment.module.css';
import { hooksQuery } from '../queries.ts';
import { HookForm } from './hook-form.tsx';

/** The hooks that runs of an environment execute, with their last executions. */
export function Hooks({ code }: { code: string }) {
  const hooks = useQuery(hooksQuery(code));
  const [dialog, setDialog] = useState<{ hook: ListedHookView | undefined }>();
  const close = () => setDialog(undefined);
  return (
    <section className={classes.section} aria-labelledby="hooks">
      <div className={classes.sectionHead}>
        <h2 id="hooks">Hooks</h2>
        <span className={classes.push}>
          <ActionButton
            requiredRole="admin"
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={13} aria-hidden />}
            onClick={() => setDialog({ hook: undefined })}
          >
            Add hook
          </ActionButton>
        </span>
      </div>
      {hooks.isLoading && <Loading what="the hooks" />}
      {hooks.error && <ErrorState error={hooks.error} onRetry={() => void hooks.refetch()} />}
      {hooks.data?.hooks.length === 0 && (
        <p className={classes.dim}>
          No hooks. A hook is a command or an HTTP request before or after the tests of each run.
        </p>
      )}
      {hooks.data && hooks.data.hooks.length > 0 && (
        <DataTable
          label="Hooks"
          rows={hooks.data.hooks}
          rowKey={({ name, environment }) => `${environment ?? ''}/${name}`}
          columns={columns}
          isDim={({ enabled, replaced }) => !enabled || replaced}
          actions={(hook) => <Tools code={code} hook={hook} onEdit={() => setDialog({ hook })} />}
        />
      )}
      <Modal opened={dialog !== undefined} onClose={close} title={dialog?.hook?.name ?? 'Add hook'}>
        {dialog && <HookForm code={code} hook={dialog.hook} onClose={close} />}
      </Modal>
    </section>
  );
}

const columns: Column<ListedHookView>[] = [
  { name: 'When', width: 'fit', value: ({ moment }) => moment },
  {
    name: 'Name',
    width: 10,
    share: 1,
    wraps: true,
    value: (hook) => (
      <>
        <LongText text={hook.name} />
        <div className={classes.dim}>{scopeText(hook)}</div>
      </>
    ),
  },
  {
    name: 'Action',
    width: 12,
    share: 2,
    value: ({ summary }) => (
      <code>
        <LongText text={summary} />
      </code>
    ),
  },
  {
    name: 'Last execution',
    width: 12,
    share: 3,
    wraps: true,
    value: ({ last }) => last && <Last last={last} />,
  },
];

function scopeText({ environment, enabled, replaced }: ListedHookView): string {
  const scope = environment === null ? 'all environments' : 'this environment';
  if (replaced) return `${scope}, replaced here`;
  return enabled ? scope : `${scope}, off`;
}

function Last({ last }: { last: NonNullable<ListedHookView['last']> }) {
  const { run, state, startedAt, endedAt, message } = last;
  return (
    <>
      {state} in{' '}
      <Anchor component={Link} href={`/runs/${run}`}>
        #{run}
      </Anchor>
      {startedAt && (
        <span className={classes.dim}>
          {' '}
          <Time at={startedAt} />, <Elapsed since={startedAt} until={endedAt} />
        </span>
      )}
      {message && <div className={classes.dim}>{message}</div>}
    </>
  );
}

/** The last line that a hook wrote. */
const lastLine = (output: string) => output.trimEnd().split('\n').at(-1) ?? '';

function Tools({ code, hook, onEdit }: { code: string; hook: ListedHookView; onEdit: () => void }) {
  const { name, environment } = hook;
  const query = environment === null ? '' : `?environment=${encodeURIComponent(environment)}`;
  const test = useAction({
    run: () =>
      callApi<OutputOf<typeof testHook>>('POST', `/api/hooks/${name}/test`, {
        body: environment === null ? { on: code } : { environment },
      }),
    onSuccess: ({ passed, message, durationMs, output }) => {
      if (passed) showSuccess(`Hook ${name} passed in ${duration(durationMs)}.`);
      else showFailure(`Hook ${name} failed in ${duration(durationMs)}.`, message ?? lastLine(output));
    },
  });
  const remove = useAction({
    run: () => callApi('DELETE', `/api/hooks/${name}${query}`),
    successMessage: () => `Hook ${name} was removed.`,
    invalidates: [['hooks']],
  });
  const refusal = useRefusal('admin');
  return (
    <>
      <ActionButton
        requiredRole="admin"
        size="compact-xs"
        variant="subtle"
        aria-label={`Edit ${name}`}
        onClick={onEdit}
      >
        Edit
      </ActionButton>
      {refusal === undefined && (
        <>
          <ConfirmButton
            label="Test"
            accessibleName={`Test ${name}`}
            question={`Execute ${name} on ${code} now? Its effects are real.`}
            busy={test.isPending}
            onConfirm={() => test.mutate()}
          />
          <ConfirmButton
            label="Remove"
            accessibleName={`Remove ${name}`}
            question={
              environment === null
                ? `Remove ${name} from all environments?`
                : `Remove ${name}? Runs that have begun still execute it.`
            }
            busy={remove.isPending}
            onConfirm={() => remove.mutate()}
          />
        </>
      )}
    </>
  );
}
