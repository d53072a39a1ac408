import { Anchor, Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { LatestView } from '#src/operations/overview/overview-view.ts';
import { briefMessage } from '../../ui/brief-message.ts';
import { plural } from '../../ui/format.ts';
import { StatusSign } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import classes from './attention.module.css';
import { type FailureGroup, isNew } from './group-failures.ts';

/** The initial number of environments of a cause. */
const initialPlaces = 8;

/** One cause with the environments where the newest run has it. */
export function FailureItem({ group }: { group: FailureGroup }) {
  const { verdict, members } = group;
  const [{ lane, latest }] = members;
  const only = members.length === 1;
  return (
    <li className={classes.item} data-status={verdict}>
      <StatusSign status={verdict} size={18} />
      <div className={classes.content}>
        <p className={classes.title}>
          {only ? (
            <>
              <Anchor component={Link} href={`/runs/${latest.id}`}>
                {lane.code}
              </Anchor>{' '}
              {outcome(latest)}
            </>
          ) : (
            `${plural(members.length, 'environment')} ${verdict === 'failed' ? 'failed' : 'are broken'} for the same cause`
          )}
          {isNew(group) && <span className={classes.new}>new</span>}
        </p>
        <Cause latest={latest} />
        {only ? (
          <p className={classes.run} title={`${latest.requestedBy}: ${latest.summary}`}>
            #{latest.id}, <Time at={latest.finishedAt} />, requested by {latest.requestedBy}: {latest.summary}
          </p>
        ) : (
          <Places group={group} />
        )}
      </div>
      <Button component={Link} href={`/runs/${latest.id}`} variant="default" className={classes.open}>
        {only ? 'Open run' : `Open #${latest.id}`}
      </Button>
    </li>
  );
}

function outcome({ verdict, counts, reason }: LatestView): string {
  if (verdict === 'failed') return `failed ${counts.failed} of ${plural(counts.planned, 'test')}`;
  if (reason === null && counts.broken > 0) {
    return `is broken: ${counts.broken} of ${plural(counts.planned, 'test')} without a result`;
  }
  return 'is broken';
}

/** The reason of a broken run, or the first test and the message of the most frequent failure. */
function Cause({ latest: { reason, failure, verdict } }: { latest: LatestView }) {
  if (verdict === 'broken' && reason !== null) {
    return (
      <p className={classes.cause} title={`${reason.message} ${reason.code}`}>
        {reason.message} <code className={classes.dim}>{reason.code}</code>
      </p>
    );
  }
  if (failure === null) return null;
  const { test, tests } = failure;
  const others = tests > 1 ? ` and ${plural(tests - 1, 'other test')}` : '';
  const message = briefMessage(failure.message ?? '');
  return (
    <p className={classes.cause} title={`${test}${others}: ${message}`}>
      <b>{test}</b>
      {others}
      {message !== '' && (
        <>
          : <span className={classes.message}>{message}</span>
        </>
      )}
    </p>
  );
}

function Places({ group: { members } }: { group: FailureGroup }) {
  const [showsAll, setAll] = useState(false);
  const shown = showsAll ? members : members.slice(0, initialPlaces);
  return (
    <ul className={classes.places}>
      {shown.map(({ lane, latest }) => (
        <li key={lane.id}>
          <Anchor component={Link} href={`/runs/${latest.id}`}>
            {lane.code}
          </Anchor>
        </li>
      ))}
      {shown.length < members.length && (
        <li>
          <Anchor component="button" onClick={() => setAll(true)}>
            and {members.length - shown.length} more
          </Anchor>
        </li>
      )}
    </ul>
  );
}
