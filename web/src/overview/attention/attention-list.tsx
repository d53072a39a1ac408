import { Anchor, Button } from '@mantine/core';
import { IconBellRinging, IconPlayerPause } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { AlertView } from '#src/operations/alerts/alert-view.ts';
import type { LaneView, OverviewView } from '#src/operations/overview/overview-view.ts';
import { openAlertsQuery } from '../../alerts/queries.ts';
import { plural } from '../../ui/format.ts';
import { Time } from '../../ui/time.tsx';
import classes from './attention.module.css';
import { FailureItem } from './failure-item.tsx';
import { groupFailures } from './group-failures.ts';
import { systemProblems } from './system-problems.ts';

/** The initial number of causes; the most important come first. */
const initialCauses = 5;

/** What needs people: what prevents runs, open alerts, then the failing environments by cause, then the paused ones. */
export function AttentionList({ overview }: { overview: OverviewView }) {
  const [showsAll, setAll] = useState(false);
  const groups = groupFailures(overview.lanes);
  const paused = overview.lanes.filter((lane) => lane.paused !== null);
  const { data } = useQuery(openAlertsQuery);
  const alerts = data?.alerts ?? [];
  const problems = systemProblems(overview).filter(
    (problem) => problem.alert === undefined || !alerts.some(({ kind }) => kind === problem.alert),
  );
  if (groups.length + problems.length + paused.length + alerts.length === 0) return null;
  const shown = showsAll ? groups : groups.slice(0, initialCauses);
  return (
    <section aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ul className={classes.list}>
        {problems.map(({ title, text }) => (
          <li key={title} className={classes.item} data-status="broken">
            <div className={classes.content}>
              <p className={classes.title}>{title}</p>
              <p>{text}</p>
            </div>
            <Button component={Link} href="/doctor" variant="default">
              Open the doctor
            </Button>
          </li>
        ))}
        {alerts.slice(0, shownAlerts).map((alert) => (
          <Alert key={alert.id} alert={alert} />
        ))}
        {alerts.length > shownAlerts && (
          <li className={classes.item} data-status="broken">
            <Anchor component={Link} href="/alerts?state=open">
              Show all {plural(alerts.length, 'alert')}
            </Anchor>
          </li>
        )}
        {shown.map((group) => (
          <FailureItem key={group.key} group={group} />
        ))}
        {paused.length > 0 && <Paused lanes={paused} />}
      </ul>
      {shown.length < groups.length && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          Show all {plural(groups.length, 'cause')}
        </Button>
      )}
    </section>
  );
}

/** More open alerts are on their own page, so that the causes of failures stay in the first window. */
const shownAlerts = 2;

function Alert({ alert: { subject, message, action, page, startedAt } }: { alert: AlertView }) {
  return (
    <li className={classes.item} data-status="broken">
      <IconBellRinging size={18} className={classes.bell} aria-hidden />
      <div className={classes.content}>
        <p className={`${classes.title} ${classes.alert}`} title={message}>
          {message}
        </p>
        <p>{action}</p>
        <p className={classes.run}>
          {subject}, since <Time at={startedAt} />
        </p>
      </div>
      <Button component={Link} href={page} variant="default" className={classes.open}>
        Show more
      </Button>
    </li>
  );
}

function Paused({ lanes }: { lanes: readonly LaneView[] }) {
  const waiting = lanes.reduce((sum, { queued }) => sum + queued, 0);
  const rest = lanes.length - shownPaused;
  return (
    <li className={classes.item} data-status="paused">
      <IconPlayerPause size={18} className={classes.sign} aria-hidden />
      <div className={classes.content}>
        <p className={classes.title}>
          {plural(lanes.length, 'environment')} paused
          {waiting > 0 && `: ${plural(waiting, 'run')} ${waiting === 1 ? 'waits' : 'wait'}`}
        </p>
        <ul className={classes.paused}>
          {lanes.slice(0, shownPaused).map(({ code, paused }) => (
            <li key={code}>
              <Anchor component={Link} href={`/environments/${code}`}>
                {code}
              </Anchor>{' '}
              <span className={classes.why} title={`“${paused?.reason}”`}>
                “{paused?.reason}”
              </span>
              {paused && (
                <span className={classes.dim}>
                  <Time at={paused.since} />
                </span>
              )}
            </li>
          ))}
          {rest > 0 && (
            <li>
              <Anchor component={Link} href="/?state=paused">
                and {rest} more
              </Anchor>
            </li>
          )}
        </ul>
      </div>
    </li>
  );
}

const shownPaused = 4;
