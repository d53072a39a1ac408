import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Redirect } from 'wouter';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { latestQuery, submissionPage } from './queries.ts';

/** Leads to the newest finished submission of a schedule. */
export default function Latest({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(name);
  const { data, error, refetch } = useQuery(latestQuery(name));
  if (data === undefined) return <QueryFallback what="the newest submission" query={{ error, refetch }} />;
  if (data !== null) return <Redirect to={submissionPage(data.id)} replace />;
  return (
    <EmptyState title={`${name} has no finished runs yet`}>
      <Anchor component={Link} href={`/schedules/${encodeURIComponent(name)}`}>
        Show the schedule
      </Anchor>
    </EmptyState>
  );
}
