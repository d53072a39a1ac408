import { Anchor, Button } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { shortCommit } from '#src/model/short-commit.ts';
import type { SubmissionView } from '#src/operations/submissions/submission-view.ts';
import { ReportMenu } from '../reports/report-menu.tsx';
import { duration, fullTime, plural } from '../ui/format.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { Elapsed } from '../ui/time.tsx';
import { StateSign } from './matrix/state-sign.tsx';
import { latestPage, submissionPage } from './queries.ts';
import classes from './submission.module.css';
import { nameOf, type SentencePart, submissionDay, submissionTime } from './verdict-sentence.ts';

interface Props {
  submission: SubmissionView;
  sentence: SentencePart[];
}

/** The verdict as one sentence, what it is compared with, and the way to other submissions. */
export function SubmissionHead({ submission, sentence }: Props) {
  const { id, verdict, runs, createdAt, requestedBy, environments, counts, startedAt, durationMs } =
    submission;
  const usual = usualDuration(runs);
  return (
    <header className={classes.head}>
      <div className={classes.titleRow}>
        <h1 className={classes.title}>
          <Name submission={submission} />,{' '}
          <time title={fullTime(new Date(createdAt))}>{submissionDay(createdAt)}</time>
          <span className={classes.colon}>:</span>{' '}
          <span className={classes.sentence}>
            {sentence.map(({ text, only }, index) => (
              <span key={text}>
                {index > 0 && ', '}
                {only === undefined ? (
                  text
                ) : (
                  <Link
                    href={`${submissionPage(id)}?class=${only}`}
                    className={classes.part}
                    data-state={only}
                  >
                    <StateSign state={only} size={18} />
                    {text}
                  </Link>
                )}
              </span>
            ))}
          </span>
        </h1>
        <Ways submission={submission} />
      </div>
      <dl className={classes.facts}>
        <Fact name="Verdict">
          <StatusBadge status={verdict ?? (startedAt === null ? 'queued' : 'running')} />
        </Fact>
        <Fact name="Covers">
          {plural(environments.length, 'environment')}, {plural(counts.planned, 'result')}
        </Fact>
        <Fact name={durationMs === null ? 'Running for' : 'Duration'}>
          {durationMs !== null ? (
            duration(durationMs)
          ) : startedAt ? (
            <Elapsed since={startedAt} />
          ) : (
            'not started'
          )}
          {durationMs !== null && usual !== undefined && (
            <span className={classes.dim}> (usually {duration(usual)})</span>
          )}
        </Fact>
        <Fact name="Submitted">
          {submissionTime(createdAt)} by {requestedBy}
        </Fact>
        {submission.commitLink !== null && (
          <Fact name="For commit">
            <CommitLink link={submission.commitLink} />
          </Fact>
        )}
        <Fact name="Compared with">
          <Reference submission={submission} />
        </Fact>
      </dl>
    </header>
  );
}

function Name({ submission }: { submission: SubmissionView }) {
  const { schedule } = submission;
  if (schedule === null) return nameOf(submission);
  return (
    <Anchor component={Link} href={`/schedules/${encodeURIComponent(schedule)}`} inherit>
      {nameOf(submission)}
    </Anchor>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Reference({ submission: { reference, verdict } }: { submission: SubmissionView }) {
  if (reference === null)
    return verdict === null ? 'known when it is finished' : 'no earlier submission of its kind';
  return (
    <Anchor component={Link} href={submissionPage(reference.id)}>
      {submissionTime(reference.createdAt)}
      {reference.verdict !== null && `, ${reference.verdict}`}
    </Anchor>
  );
}

/** `acme/shop #7 at c0ffee01`, with links to the pull or merge request and the commit where their addresses are known. */
function CommitLink({ link }: { link: NonNullable<SubmissionView['commitLink']> }) {
  const { forge, project, pullRequest, pullRequestUrl, sha, url } = link;
  const request = pullRequest === null ? '' : ` ${forge === 'gitlab' ? '!' : '#'}${pullRequest}`;
  return (
    <>
      <Outside href={pullRequestUrl}>
        {project}
        {request}
      </Outside>{' '}
      at <Outside href={url}>{shortCommit(sha)}</Outside>
    </>
  );
}

function Outside({ href, children }: { href: string | null; children: React.ReactNode }) {
  if (href === null) return children;
  return (
    <Anchor href={href} target="_blank" rel="noreferrer">
      {children}
    </Anchor>
  );
}

/** The longest usual duration of its runs, which are executed side by side. */
function usualDuration(runs: SubmissionView['runs']): number | undefined {
  const usual = runs.flatMap(({ usualMs }) => usualMs ?? []);
  return usual.length === runs.length && usual.length > 0 ? Math.max(...usual) : undefined;
}

/** Previous, next, latest, compare. `[` and `]` go to the submission before and after. */
function Ways({ submission }: { submission: SubmissionView }) {
  const { id, previous, next, reference, schedule, startedAt, runs } = submission;
  const [, go] = useLocation();
  const goTo = (other: number | null) => other !== null && go(submissionPage(other));
  useShortcut('[', 'Previous submission', () => goTo(previous));
  useShortcut(']', 'Next submission', () => goTo(next));
  return (
    <nav className={classes.ways} aria-label="Other submissions">
      <Way id={previous} label="Previous" />
      <Way id={next} label="Next" />
      {schedule !== null && next !== null && (
        <Button component={Link} href={latestPage(schedule)} variant="default">
          Latest
        </Button>
      )}
      {reference !== null && (
        <Button
          component={Link}
          href={`/compare?a=submission:${reference.id}&b=submission:${id}`}
          variant="default"
        >
          Compare
        </Button>
      )}
      {startedAt !== null && (
        <ReportMenu runs={runs.map((run) => run.id)} fileName={`matre-submission-${id}`} />
      )}
    </nav>
  );
}

function Way({ id, label }: { id: number | null; label: 'Previous' | 'Next' }) {
  const icon = {
    Previous: { leftSection: <IconChevronLeft size={14} aria-hidden /> },
    Next: { rightSection: <IconChevronRight size={14} aria-hidden /> },
  }[label];
  if (id === null) {
    return (
      <Button variant="default" disabled {...icon}>
        {label}
      </Button>
    );
  }
  return (
    <Button component={Link} href={submissionPage(id)} variant="default" {...icon}>
      {label}
    </Button>
  );
}
