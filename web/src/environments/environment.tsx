import { Anchor, Button } from '@mantine/core';
import { IconExternalLink, IconPlayerPauseFilled, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { toProblem } from '../api/problem.ts';
import { ReservationList } from '../reservations/reservation-list.tsx';
import { Reserve } from '../reservations/reserve.tsx';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { Containers } from './containers/containers.tsx';
import classes from './environment.module.css';
import { EnvironmentState } from './environment-state.tsx';
import { Hooks } from './hooks/hooks.tsx';
import { PauseOrResume } from './pause.tsx';
import { environmentQuery, type Now, nowQuery } from './queries.ts';
import { LastRuns } from './recent-runs/last-runs.tsx';
import { Settings } from './settings.tsx';
import { type SettingsDialog, SettingsMenu } from './settings-menu.tsx';
import { Variables } from './variables/variables.tsx';
import { WaitingHere } from './waiting-here.tsx';

/** An environment: its state, runs, containers, locks, settings and variables. */
export default function Environment({ params: { code } }: { params: { code: string } }) {
  useTitle(code);
  const environment = useQuery(environmentQuery(code));
  const now = useQuery(nowQuery);
  const [dialog, setDialog] = useState<SettingsDialog>();
  const { data } = environment;
  if (!data) {
    if (!environment.isError) return <Loading what="the environment" />;
    if (toProblem(environment.error).code === 'ENVIRONMENT_UNKNOWN')
      return <Unknown error={environment.error} />;
    return <ErrorState error={environment.error} onRetry={() => void environment.refetch()} />;
  }
  const lane = now.data?.lanes.find((each) => each.code === code);
  return (
    <div className={classes.view}>
      <header className={classes.head}>
        <div className={classes.title}>
          <h1>{code}</h1>
          {data.name !== code && <span className={classes.name}>{data.name}</span>}
          {lane && <EnvironmentState lane={lane} />}
          <Anchor href={data.baseUrl} target="_blank" rel="noreferrer" className={classes.address}>
            {data.baseUrl.replace(/^https?:\/\/|\/$/g, '')}
            <IconExternalLink size={13} aria-label="(opens in a new tab)" />
          </Anchor>
        </div>
        <div className={classes.actions}>
          <Button
            component={Link}
            href={`/new?env=${code}`}
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
          >
            New run here
          </Button>
          <Reserve code={code} runs={unfinishedRuns(now.data, code)} />
          <PauseOrResume code={code} isPaused={data.paused !== null} />
          <SettingsMenu environment={data} opened={dialog} onOpen={setDialog} />
        </div>
      </header>
      {data.paused && (
        <p className={classes.paused}>
          <IconPlayerPauseFilled size={14} aria-hidden />
          <span>
            Paused <Time at={data.paused.since} />: “{data.paused.reason}”. No runs start until it is resumed.
          </span>
        </p>
      )}
      {lane && <ReservationList reservations={lane.reservations} />}
      {now.data && lane && <WaitingHere now={now.data} lane={lane} />}
      <LastRuns code={code} />
      <div className={classes.columns}>
        <Containers code={code} running={lane?.running?.id} />
        <Settings environment={data} />
      </div>
      <Hooks code={code} />
      <Variables environment={data} onEditSettings={() => setDialog('edit')} />
    </div>
  );
}

/** The runs of an environment after which it can be reserved. */
function unfinishedRuns(now: Now | undefined, code: string) {
  const running = now?.lanes
    .find((lane) => lane.code === code)
    ?.bars.filter(({ state }) => state === 'running');
  return [...(running ?? []), ...(now?.queue.filter(({ environment }) => environment === code) ?? [])];
}

function Unknown({ error }: { error: unknown }) {
  return (
    <EmptyState title={toProblem(error).message}>
      <Anchor component={Link} href="/environments">
        Show all environments
      </Anchor>
    </EmptyState>
  );
}
