import { Anchor, Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { Now } from '../environments/queries.ts';
import { ExpectedStart } from '../queue/expected-start.tsx';
import { WaitReason } from '../queue/wait-reason.tsx';
import classes from '../selection/preview.module.css';
import { plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import type { Submitted as Runs } from './use-submit.ts';

/** The runs that were just submitted, with their current queue positions. */
export function Submitted({ runs, now, onClose }: { runs: Runs; now: Now; onClose: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const waitingOf = (id: number) => now.queue.find((each) => each.id === id);
  const columns: Column<Runs[number]>[] = [
    {
      name: 'Run',
      width: 'fit',
      value: ({ id }) => (
        <Anchor component={Link} href={`/runs/${id}`}>
          #{id}
        </Anchor>
      ),
    },
    {
      name: 'Environment',
      width: 7,
      card: 'bare',
      value: ({ environment }) => <LongText text={environment} />,
    },
    {
      name: 'State',
      width: 9,
      share: 1,
      wraps: true,
      card: 'bare',
      value: ({ id }) => {
        if (now.lanes.some((lane) => lane.running?.id === id)) return <StatusBadge status="running" />;
        const waiting = waitingOf(id);
        if (waiting === undefined) return null;
        return (
          <>
            {waiting.position > 1 && `position ${waiting.position}: `}
            <WaitReason {...waiting.waits} />
          </>
        );
      },
    },
    {
      name: 'Starts',
      width: 'fit',
      isNumber: true,
      value: ({ id }) => {
        const waiting = waitingOf(id);
        return waiting && <ExpectedStart startsAt={waiting.expectedStartAt} at={Date.parse(now.at)} />;
      },
    },
  ];
  return (
    <section className={classes.preview} aria-labelledby="submitted">
      <h2 id="submitted" ref={heading} tabIndex={-1} className={classes.headline}>
        {plural(runs.length, 'run')} submitted
      </h2>
      <DataTable
        labelledBy="submitted"
        rows={runs}
        rowKey={({ id }) => id}
        columns={columns}
        cardsBelow={420}
      />
      <div className={classes.buttons}>
        <Button component={Link} href="/" variant="default">
          Show on the overview
        </Button>
        <Button variant="subtle" onClick={onClose}>
          Back to form
        </Button>
      </div>
    </section>
  );
}
