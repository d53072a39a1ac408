import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { calendarDay } from '../ui/format.ts';
import { quarantinesQuery } from './queries.ts';

/** The quarantines of a test, in a suite or outside, one in a line; nothing when it has none. */
export function TestQuarantines({ test, suite }: { test: string; suite: string | null }) {
  const { data } = useQuery(quarantinesQuery('active'));
  const own = data?.quarantines.filter((each) => each.test === test && each.suite === suite) ?? [];
  return own.map(({ id, environment, endsAt, owner, reason }) => (
    <p key={id}>
      <Anchor component={Link} href="/quarantines">
        Quarantined
      </Anchor>{' '}
      on {environment ?? 'all environments'} until {calendarDay(new Date(endsAt))} by {owner}: {reason}
    </p>
  ));
}
