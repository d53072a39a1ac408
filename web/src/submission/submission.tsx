import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { toProblem } from '../api/problem.ts';
import { MessageSection } from '../messages/message-section.tsx';
import { EmptyState, ErrorState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { SubmissionCommits } from './commits.tsx';
import { SubmissionHead } from './head.tsx';
import { ResultsMatrix } from './matrix/results-matrix.tsx';
import { submissionQuery } from './queries.ts';
import { SubmissionRuns } from './runs.tsx';
import classes from './submission.module.css';
import { SubmissionStrip } from './submission-strip.tsx';
import { nameOf, sentenceOf, submissionDay } from './verdict-sentence.ts';

export default function Submission({ params }: { params: { id: string } }) {
  if (/^[1-9]\d{0,14}$/.test(params.id)) return <SubmissionOf id={Number(params.id)} />;
  return (
    <EmptyState title={`"${params.id}" is not the number of a submission`}>
      <AllSubmissions />
    </EmptyState>
  );
}

/** How did the submission end? What changed, on which environment, and since which commit. */
function SubmissionOf({ id }: { id: number }) {
  const { data, error, refetch } = useQuery(submissionQuery(id));
  useTitle(data ? `${nameOf(data)}, ${submissionDay(data.createdAt)}` : `Submission ${id}`);
  if (!data) {
    if (toProblem(error).status !== 404) {
      return <QueryFallback what={`submission ${id}`} query={{ error, refetch }} />;
    }
    return (
      <>
        <ErrorState error={error} />
        <p className={classes.note}>
          <AllSubmissions />
        </p>
      </>
    );
  }
  return (
    <div className={classes.view}>
      <SubmissionHead submission={data} sentence={sentenceOf(data)} />
      <SubmissionStrip submission={data} />
      <SubmissionRuns submission={data} />
      <SubmissionCommits submission={data} />
      <MessageSection submission={id} />
      <ResultsMatrix submission={data} />
    </div>
  );
}

const AllSubmissions = () => (
  <Anchor component={Link} href="/submissions">
    Show all submissions
  </Anchor>
);
