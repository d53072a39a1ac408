import { Anchor } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPauseFilled } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Now } from '../environments/queries.ts';
import { approxDuration, clock, duration, plural } from '../ui/format.ts';
import type { Draft } from './draft.ts';
import classes from './preview.module.css';
import { aheadOf } from './runs-ahead.ts';
import type { Preview } from './use-preview.ts';

/** How long it takes on each environment, when it may begin there, and what is missing. */
export function PreviewEnvironments({ draft, now, preview }: { draft: Draft; now: Now; preview: Preview }) {
  if (preview.environments.length === 0) return null;
  const at = new Date(now.at).getTime();
  return (
    <>
      <table className={classes.environments}>
        <thead>
          <tr>
            <th scope="col">Environment</th>
            <th scope="col" className={classes.number}>
              Takes
            </th>
            <th scope="col">Before it</th>
            <th scope="col" className={classes.number}>
              Starts
            </th>
            <th scope="col" className={classes.number}>
              Done
            </th>
          </tr>
        </thead>
        <tbody>
          {preview.environments.map(({ code, expectedMs }) => {
            const ahead = aheadOf(now, code, draft.priority);
            const startsAt = ahead?.startsAt;
            const isSoon = startsAt !== undefined && startsAt.getTime() - at < 5_000;
            return (
              <tr key={code}>
                <th scope="row">{code}</th>
                <td className={classes.number} title={expectedMs === null ? undefined : duration(expectedMs)}>
                  {expectedMs === null ? (
                    <Unknown why="None of these tests ran before" />
                  ) : (
                    approxDuration(expectedMs)
                  )}
                </td>
                <td>{ahead ? beforeText(ahead.runs) : ''}</td>
                <td className={classes.number}>
                  {ahead?.paused !== undefined ? (
                    'paused'
                  ) : startsAt === undefined ? (
                    <Unknown why="Nobody knows how long what is before it takes, or no worker is free" />
                  ) : isSoon ? (
                    'now'
                  ) : (
                    `~${clock(startsAt)}`
                  )}
                </td>
                <td className={classes.number}>
                  {startsAt !== undefined && expectedMs !== null ? (
                    `~${clock(new Date(startsAt.getTime() + expectedMs))}`
                  ) : (
                    <Unknown why="Not known" />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Concerns draft={draft} now={now} preview={preview} />
    </>
  );
}

const beforeText = (runs: number) => (runs === 0 ? 'nothing' : plural(runs, 'run'));

function Unknown({ why }: { why: string }) {
  return (
    <span className={classes.aside} title={why}>
      unknown
    </span>
  );
}

/** What is worth knowing before the button is pressed: environments that wait for somebody, variables without a value. */
function Concerns({ draft, now, preview }: { draft: Draft; now: Now; preview: Preview }) {
  const paused = preview.environments.flatMap(({ code }) => {
    const reason = aheadOf(now, code, draft.priority)?.paused;
    return reason === undefined ? [] : [{ code, reason }];
  });
  // One sentence for all environments of which the same is said.
  const unset = new Map<string, string[]>();
  for (const { code, unset: sentence } of preview.environments) {
    if (sentence !== null) unset.set(sentence, [...(unset.get(sentence) ?? []), code]);
  }
  if (paused.length === 0 && unset.size === 0) return null;
  return (
    <ul className={classes.concerns}>
      {paused.map(({ code, reason }) => (
        <li key={code}>
          <IconPlayerPauseFilled size={14} aria-hidden />
          <span>
            <To code={code} /> is paused: “{reason}”. The run waits until somebody resumes it.
          </span>
        </li>
      ))}
      {[...unset].map(([sentence, codes]) => (
        <li key={sentence}>
          <IconAlertTriangle size={14} aria-hidden />
          <span>
            {codes.map((code, index) => (
              <span key={code}>
                {index > 0 && ', '}
                <To code={code} />
              </span>
            ))}
            : {sentence}
          </span>
        </li>
      ))}
    </ul>
  );
}

function To({ code }: { code: string }) {
  return (
    <Anchor component={Link} href={`/environments/${code}`} underline="always">
      {code}
    </Anchor>
  );
}
