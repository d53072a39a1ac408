import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { SubmissionSummary, SubmissionView } from '#src/operations/submissions/submission-view.ts';
import { type Status, StatusSign } from '../ui/status.tsx';
import { useWidth } from '../ui/width.ts';
import { stripQuery, submissionPage } from './queries.ts';
import classes from './submission.module.css';
import { sentenceOf, submissionDay, submissionTime } from './verdict-sentence.ts';

/** The width of a submission, and what the buttons beside the submissions take. */
const cellPx = 26;
const buttonsPx = 150;
const minShown = 5;
/** Six weeks. */
const maxShown = 42;

/** The submissions of a schedule or saved selection by verdict, the newest on the right; pages back through all of them. */
export function SubmissionStrip({ submission }: { submission: SubmissionView }) {
  const { schedule, saved } = submission;
  if (schedule !== null) return <Strip id={submission.id} of={{ schedule }} name={schedule} />;
  if (saved !== null) return <Strip id={submission.id} of={{ saved }} name={saved} />;
  return null;
}

interface Props {
  id: number;
  of: { schedule?: string; saved?: string };
  name: string;
}

function Strip({ id, of, name }: Props) {
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(stripQuery(of));
  /** How many submissions from the newest the right end is; follows the open submission until a button moves it. */
  const [moved, setMoved] = useState<{ id: number; newest: number }>();
  const nav = useRef<HTMLElement>(null);
  const width = useWidth(nav);
  const shownCount = Math.min(maxShown, Math.max(minShown, Math.floor((width - buttonsPx) / cellPx)));
  const submissions = data?.pages.flatMap((page) => page.submissions) ?? [];
  const here = submissions.findIndex((submission) => submission.id === id);
  const newest =
    moved?.id === id ? moved.newest : here === -1 ? 0 : Math.floor(here / shownCount) * shownCount;
  const end = newest + shownCount;
  const isMissing = data !== undefined && (here === -1 || end > submissions.length);
  // Loads as far back as the open submission is, and the shown ones.
  useEffect(() => {
    if (isMissing && hasNextPage && !isFetching) void fetchNextPage();
  }, [isMissing, hasNextPage, isFetching, fetchNextPage]);
  const shown = submissions.slice(newest, end).reverse();
  const [first] = shown;
  const last = shown.at(-1);
  if (data !== undefined && submissions.length < 2) return null;
  return (
    <nav ref={nav} className={classes.strip} aria-label={`Submissions of ${name}`}>
      <Button
        variant="subtle"
        size="compact-sm"
        disabled={end >= submissions.length && !hasNextPage}
        onClick={() => setMoved({ id, newest: end })}
      >
        Earlier
      </Button>
      <ol className={classes.cells}>
        {shown.map((submission) => (
          <Cell key={submission.id} submission={submission} isHere={submission.id === id} />
        ))}
      </ol>
      <Button
        variant="subtle"
        size="compact-sm"
        disabled={newest === 0}
        onClick={() => setMoved({ id, newest: Math.max(0, newest - shownCount) })}
      >
        Later
      </Button>
      <span className={classes.dim}>
        {first && last && `${submissionDay(first.createdAt)} to ${submissionDay(last.createdAt)}`}
      </span>
    </nav>
  );
}

function Cell({ submission, isHere }: { submission: SubmissionSummary; isHere: boolean }) {
  const status: Status = submission.verdict ?? (submission.startedAt === null ? 'queued' : 'running');
  const changes = sentenceOf(submission).map(({ text }) => text);
  const label = `${submissionTime(submission.createdAt)}: ${status}, ${changes.join(', ')}`;
  return (
    <li>
      <Link
        href={submissionPage(submission.id)}
        className={classes.cell}
        data-status={status}
        data-new={(submission.classes?.new ?? 0) > 0 || undefined}
        aria-current={isHere ? 'page' : undefined}
        aria-label={label}
        title={label}
      >
        <StatusSign status={status} size={12} />
      </Link>
    </li>
  );
}
