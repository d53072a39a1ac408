import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { SubmissionSummary, SubmissionView } from '#src/operations/submissions/submission-view.ts';
import { type Status, StatusSign } from '../ui/status.tsx';
import { useWidth } from '../ui/width.ts';
import { nightsQuery, submissionPage } from './queries.ts';
import classes from './submission.module.css';
import { nightText, nightTime, sentenceOf } from './verdict-sentence.ts';

/** The width of a night, and what the buttons beside the nights take. */
const nightPx = 26;
const buttonsPx = 150;
const minNights = 5;
/** Six weeks. */
const maxNights = 42;

/** The nights of a schedule or saved selection by verdict, the newest on the right; pages back through all of them. */
export function Nights({ submission }: { submission: SubmissionView }) {
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
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(nightsQuery(of));
  /** How many nights from the newest the right end is; follows the open night until a button moves it. */
  const [moved, setMoved] = useState<{ id: number; newest: number }>();
  const nav = useRef<HTMLElement>(null);
  const width = useWidth(nav);
  const shownNights = Math.min(maxNights, Math.max(minNights, Math.floor((width - buttonsPx) / nightPx)));
  const nights = data?.pages.flatMap(({ submissions }) => submissions) ?? [];
  const here = nights.findIndex((night) => night.id === id);
  const newest =
    moved?.id === id ? moved.newest : here === -1 ? 0 : Math.floor(here / shownNights) * shownNights;
  const end = newest + shownNights;
  const isMissing = data !== undefined && (here === -1 || end > nights.length);
  // Loads as far back as the open night is, and the shown ones.
  useEffect(() => {
    if (isMissing && hasNextPage && !isFetching) void fetchNextPage();
  }, [isMissing, hasNextPage, isFetching, fetchNextPage]);
  const shown = nights.slice(newest, end).reverse();
  const [first] = shown;
  const last = shown.at(-1);
  if (data !== undefined && nights.length < 2) return null;
  return (
    <nav ref={nav} className={classes.strip} aria-label={`Submissions of ${name}`}>
      <Button
        variant="subtle"
        size="compact-sm"
        disabled={end >= nights.length && !hasNextPage}
        onClick={() => setMoved({ id, newest: end })}
      >
        Earlier
      </Button>
      <ol className={classes.nights}>
        {shown.map((night) => (
          <Night key={night.id} night={night} isHere={night.id === id} />
        ))}
      </ol>
      <Button
        variant="subtle"
        size="compact-sm"
        disabled={newest === 0}
        onClick={() => setMoved({ id, newest: Math.max(0, newest - shownNights) })}
      >
        Later
      </Button>
      <span className={classes.dim}>
        {first && last && `${nightText(first.createdAt)} to ${nightText(last.createdAt)}`}
      </span>
    </nav>
  );
}

function Night({ night, isHere }: { night: SubmissionSummary; isHere: boolean }) {
  const status: Status = night.verdict ?? (night.startedAt === null ? 'queued' : 'running');
  const changes = sentenceOf(night).map(({ text }) => text);
  const label = `${nightTime(night.createdAt)}: ${status}, ${changes.join(', ')}`;
  return (
    <li>
      <Link
        href={submissionPage(night.id)}
        className={classes.night}
        data-status={status}
        data-new={(night.classes?.new ?? 0) > 0 || undefined}
        aria-current={isHere ? 'page' : undefined}
        aria-label={label}
        title={label}
      >
        <StatusSign status={status} size={12} />
      </Link>
    </li>
  );
}
