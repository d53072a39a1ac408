import { Anchor, Button } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { LaneView, OverviewView } from '#src/operations/overview/overview-view.ts';
import { plural } from '../../ui/format.ts';
import { Time } from '../../ui/time.tsx';
import classes from './attention.module.css';
import { FailureItem } from './failure-item.tsx';
import { groupFailures } from './group-failures.ts';
import { systemProblems } from './system-problems.ts';

/** The initial number of causes; the most important come first. */
const initialCauses = 5;

/** What needs people: what prevents runs, then the failing environments by cause, then the paused ones. */
export function AttentionList({ overview }: { overview: OverviewView }) {
  const [showsAll, setAll] = useState(false);
  const groups = groupFailures(overview.lanes);
  const problems = systemProblems(overview);
  const paused = overview.lanes.filter((lane) => lane.paused !== null);
  if (groups.length + problems.length + paused.length === 0) return null;
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
              <Anchor component={Link} href={`/environments/${code}`} underline="always">
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
              <Anchor component={Link} href="/?state=paused" underline="always">
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
