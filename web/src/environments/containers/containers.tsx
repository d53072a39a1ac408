import { Button, Group, Modal } from '@mantine/core';
import { IconCheck, IconRefresh, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { replaceContainer } from '#src/operations/containers/containers.ts';
import type { SlotView } from '#src/operations/environments/environment-detail.ts';
import { toProblem } from '../../api/problem.ts';
import { post } from '../../api/request.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { plural } from '../../ui/format.ts';
import { Loading } from '../../ui/states.tsx';
import { StatusSign } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import { useAction } from '../../ui/use-action.ts';
import shared from '../environment.module.css';
import { containerQuery } from '../queries.ts';
import classes from './containers.module.css';
import { Locks } from './locks.tsx';
import { Mounts } from './mounts.tsx';

/** The containers of an environment with their health, and the holders of its locks. */
export function Containers({ code, running }: { code: string; running: number | undefined }) {
  const { data, error } = useQuery(containerQuery(code));
  const problem = error ? toProblem(error) : undefined;
  return (
    <section className={shared.section} aria-labelledby="containers">
      <div className={shared.sectionHead}>
        <h2 id="containers">Container</h2>
        {data && (
          <span className={shared.dim}>{data.engine === 'docker' ? 'Docker' : 'sandbox (bubblewrap)'}</span>
        )}
        <span className={shared.push}>
          <Replace code={code} running={running} />
        </span>
      </div>
      {problem && (
        <p className={classes.problem} role="alert">
          {problem.message} {problem.remedy}
        </p>
      )}
      {!data && !problem && <Loading what="the container" />}
      {data?.slots.map((slot) => (
        <Slot key={slot.slot} slot={slot} isOnly={data.slots.length === 1} />
      ))}
      {data && (
        <>
          <h2 className={classes.locks}>Locks</h2>
          {data.locksMessage ? (
            <p className={classes.problem}>{data.locksMessage}</p>
          ) : (
            <Locks code={code} locks={data.locks} />
          )}
        </>
      )}
    </section>
  );
}

type Container = NonNullable<SlotView['container']>;

function Slot({ slot: { name, container }, isOnly }: { slot: SlotView; isOnly: boolean }) {
  if (!container) {
    return (
      <p className={classes.slot}>
        {!isOnly && <code>{name} </code>}
        <span className={shared.dim}>No container yet; the next run creates it.</span>
      </p>
    );
  }
  return (
    <div className={classes.slot}>
      <div className={classes.name}>
        <code>{name}</code>
        <HealthBadge container={container} />
      </div>
      {container.stale !== null && (
        <p className={classes.stale}>Will be replaced before the next run: {container.stale}</p>
      )}
      <dl className={shared.facts}>
        <dt>Image</dt>
        <dd>
          {container.image} <code className={shared.dim}>{shortId(container.imageId)}</code>
        </dd>
        <dt>Created</dt>
        <dd>
          <Time at={container.createdAt} />
          {container.startedAt && (
            <>
              , started <Time at={container.startedAt} />
            </>
          )}
        </dd>
      </dl>
      {container.checks.length > 0 && (
        <ul className={classes.checks} aria-label="Health checks">
          {container.checks.map(({ name, ok, seen }) => (
            <li key={name} data-ok={ok}>
              {ok ? <IconCheck size={14} aria-label="Passed:" /> : <IconX size={14} aria-label="Failed:" />}
              <span>{name}</span>
              {!ok && <span className={`${shared.dim} ${classes.seen}`}>{seen}</span>}
            </li>
          ))}
        </ul>
      )}
      <Mounts mounts={container.mounts} />
    </div>
  );
}

function HealthBadge({ container: { state, healthy, stale, checks } }: { container: Container }) {
  const failedCount = checks.filter(({ ok }) => !ok).length;
  if (healthy === false) {
    return (
      <span className={classes.bad}>
        <StatusSign status="broken" />
        {failedCount > 0
          ? `unhealthy: ${failedCount} of ${plural(checks.length, 'check')} failed`
          : 'unhealthy'}
      </span>
    );
  }
  if (stale !== null) return <span className={classes.warn}>stale</span>;
  if (state !== 'running') return <span className={shared.dim}>{state}</span>;
  return (
    <span className={classes.good}>
      <StatusSign status="passed" />
      {healthy ? 'healthy' : 'running'}
    </span>
  );
}

const shortId = (id: string) => id.replace(/^sha256:/, '').slice(0, 12);

function Replace({ code, running }: { code: string; running: number | undefined }) {
  const [dialogOpened, setDialogOpened] = useState(false);
  const close = () => setDialogOpened(false);
  const replace = useAction({
    run: () => post<typeof replaceContainer>(`/api/pool/${code}/replace`),
    successMessage: () => `The container of ${code} was replaced.`,
    invalidates: [['container', code], ['containers'], ['overview']],
    onSuccess: close,
  });
  return (
    <>
      <ActionButton
        requiredRole="operator"
        disabledReason={running === undefined ? undefined : `In use by run ${running}.`}
        variant="default"
        size="compact-xs"
        leftSection={<IconRefresh size={13} aria-hidden />}
        onClick={() => setDialogOpened(true)}
      >
        Replace
      </ActionButton>
      <Modal opened={dialogOpened} onClose={close} title={`Replace the container of ${code}`}>
        <p>The container is removed and a new one is created. Results, logs and settings are kept.</p>
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="subtle" onClick={close}>
            Cancel
          </Button>
          <Button data-autofocus loading={replace.isPending} onClick={() => replace.mutate()}>
            Replace
          </Button>
        </Group>
      </Modal>
    </>
  );
}
