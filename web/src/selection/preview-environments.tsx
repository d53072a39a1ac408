import { Anchor, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPauseFilled } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Now } from '../environments/queries.ts';
import { approxDuration, clock, duration, plural } from '../ui/format.ts';
import type { Draft } from './draft.ts';
import classes from './preview.module.css';
import { queueAhead } from './runs-ahead.ts';
import type { Preview } from './use-preview.ts';

/** The expected duration, start and end on each environment, and warnings. */
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
              Est. duration
            </th>
            <th scope="col">Runs ahead</th>
            <th scope="col" className={classes.number}>
              Starts
            </th>
            <th scope="col" className={classes.number}>
              Ends
            </th>
          </tr>
        </thead>
        <tbody>
          {preview.environments.map(({ code, expectedMs }) => {
            const ahead = queueAhead(now, code, draft.priority);
            const startsAt = ahead?.startsAt;
            const isSoon = startsAt !== undefined && startsAt.getTime() - at < 5_000;
            return (
              <tr key={code}>
                <th scope="row">{code}</th>
                <td className={classes.number} title={expectedMs === null ? undefined : duration(expectedMs)}>
                  {expectedMs === null ? (
                    <Unknown why="None of these tests has run before" />
                  ) : (
                    approxDuration(expectedMs)
                  )}
                </td>
                <td>{ahead ? aheadText(ahead.runs) : ''}</td>
                <td className={classes.number}>
                  {ahead?.paused !== undefined ? (
                    'paused'
                  ) : startsAt === undefined ? (
                    <Unknown why="The duration of the runs ahead is unknown, or no worker is free" />
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
                    <Unknown why="The start or the duration is unknown" />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Warnings draft={draft} now={now} preview={preview} />
    </>
  );
}

/** Tests in a sentence; the preview of the command line lists more. */
const maxTests = 5;

/** A sentence about the tests that are left out; null without any. */
function disabledText(disabled: Preview['environments'][number]['disabled']): string | null {
  if (disabled.length === 0) return null;
  const shown = disabled.slice(0, maxTests).map(({ test, reason }) => `${test} (${reason})`);
  const more = disabled.length - shown.length;
  return `${plural(disabled.length, 'test')} left out: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

const aheadText = (runs: number) => (runs === 0 ? 'none' : plural(runs, 'run'));

function Unknown({ why }: { why: string }) {
  return (
    <span className={classes.aside} title={why}>
      <span aria-hidden>–</span>
      <VisuallyHidden>unknown</VisuallyHidden>
    </span>
  );
}

/** Warnings before the submission: paused environments, tests of modules that are not enabled, variables without a value,
 * overridden values of the test module. */
function Warnings({ draft, now, preview }: { draft: Draft; now: Now; preview: Preview }) {
  const paused = preview.environments.flatMap(({ code }) => {
    const reason = queueAhead(now, code, draft.priority)?.paused;
    return reason === undefined ? [] : [{ code, reason }];
  });
  // One sentence per message, for all environments that share it.
  const sentences = new Map<string, string[]>();
  for (const { code, unset, overridden, disabled } of preview.environments) {
    for (const sentence of [disabledText(disabled), unset, overridden]) {
      if (sentence !== null) sentences.set(sentence, [...(sentences.get(sentence) ?? []), code]);
    }
  }
  if (paused.length === 0 && sentences.size === 0) return null;
  return (
    <ul className={classes.concerns}>
      {paused.map(({ code, reason }) => (
        <li key={code}>
          <IconPlayerPauseFilled size={14} aria-hidden />
          <span>
            <EnvironmentLink code={code} /> is paused: “{reason}”. The run waits until the environment is
            resumed.
          </span>
        </li>
      ))}
      {[...sentences].map(([sentence, codes]) => (
        <li key={sentence}>
          <IconAlertTriangle size={14} aria-hidden />
          <span>
            {codes.map((code, index) => (
              <span key={code}>
                {index > 0 && ', '}
                <EnvironmentLink code={code} />
              </span>
            ))}
            : {sentence}
          </span>
        </li>
      ))}
    </ul>
  );
}

function EnvironmentLink({ code }: { code: string }) {
  return (
    <Anchor component={Link} href={`/environments/${code}`} underline="always">
      {code}
    </Anchor>
  );
}
