import { Anchor, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPauseFilled } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Now } from '../environments/queries.ts';
import { approxDuration, clock, duration, plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import type { Draft } from './draft.ts';
import classes from './preview.module.css';
import { type QueueAhead, queueAhead } from './runs-ahead.ts';
import type { Preview } from './use-preview.ts';

interface Row {
  code: string;
  expectedMs: number | null;
  ahead: QueueAhead | undefined;
}

const columnsAt = (at: number): Column<Row>[] => [
  { name: 'Environment', width: 7, value: ({ code }) => <LongText text={code} /> },
  { name: 'Est. duration', width: 'fit', isNumber: true, value: (row) => <Duration row={row} /> },
  { name: 'Runs ahead', width: 'fit', value: ({ ahead }) => ahead && aheadText(ahead.runs) },
  { name: 'Starts', width: 'fit', isNumber: true, value: (row) => <Start row={row} at={at} /> },
  { name: 'Ends', width: 'fit', isNumber: true, value: (row) => <End row={row} /> },
];

function Duration({ row: { expectedMs } }: { row: Row }) {
  if (expectedMs === null) return <Unknown why="None of these tests has run before" />;
  return <span title={duration(expectedMs)}>{approxDuration(expectedMs)}</span>;
}

function Start({ row: { ahead }, at }: { row: Row; at: number }) {
  if (ahead?.paused !== undefined) return 'paused';
  if (!ahead?.startsAt)
    return <Unknown why="The duration of the runs ahead is unknown, or no worker is free" />;
  return ahead.startsAt.getTime() - at < 5_000 ? 'now' : `~${clock(ahead.startsAt)}`;
}

function End({ row: { ahead, expectedMs } }: { row: Row }) {
  if (!ahead?.startsAt || expectedMs === null) return <Unknown why="The start or the duration is unknown" />;
  return `~${clock(new Date(ahead.startsAt.getTime() + expectedMs))}`;
}

/** The expected duration, start and end on each environment, and warnings. */
export function PreviewEnvironments({ draft, now, preview }: { draft: Draft; now: Now; preview: Preview }) {
  if (preview.environments.length === 0) return null;
  const at = new Date(now.at).getTime();
  const rows = preview.environments.map(({ code, expectedMs }) => ({
    code,
    expectedMs,
    ahead: queueAhead(now, code, draft.priority),
  }));
  return (
    <>
      <DataTable
        label="Runs to submit"
        rows={rows}
        rowKey={({ code }) => code}
        columns={columnsAt(at)}
        cardsBelow={420}
      />
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
  for (const { code, unset, overridden, missingFiles, disabled } of preview.environments) {
    for (const sentence of [disabledText(disabled), unset, overridden, missingFiles]) {
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
    <Anchor component={Link} href={`/environments/${code}`}>
      {code}
    </Anchor>
  );
}
