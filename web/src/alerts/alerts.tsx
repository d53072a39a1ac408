import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { MessagesArea } from '../messages/area.tsx';
import { PageButtons } from '../ui/page-buttons.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { AlertTable } from './alert-table.tsx';
import { alertsQuery, openAlertsQuery } from './queries.ts';

/** States that an operator must act on: those that last, and those that ended. */
export default function Alerts() {
  const [state, setState] = useQueryState('state');
  const [before, setBefore] = useQueryState('before');
  const isOpenOnly = state === 'open';
  const { data, error, refetch } = useAlerts(isOpenOnly, before);
  const tools = (
    <Button
      size="compact-xs"
      variant={isOpenOnly ? 'filled' : 'default'}
      aria-pressed={isOpenOnly}
      onClick={() => {
        setState(isOpenOnly ? '' : 'open');
        setBefore('');
      }}
    >
      Open only
    </Button>
  );
  return (
    <MessagesArea tab="Alerts" tools={tools}>
      {data === undefined ? (
        <QueryFallback what="the alerts" query={{ error, refetch }} />
      ) : data.alerts.length === 0 ? (
        <EmptyState title={isOpenOnly ? 'No alert is open' : 'No alerts yet'}>
          An alert begins when an operator must act: a disk is nearly full, a worker is lost, a schedule
          submitted nothing, an environment is broken several times in a row. Rules for alerts send it once
          when it begins and once when it ends.
        </EmptyState>
      ) : (
        <AlertTable alerts={data.alerts} />
      )}
      {data && <PageButtons before={before} next={data.next} onChange={setBefore} />}
    </MessagesArea>
  );
}

/** The open alerts, and on request those that ended after them: what lasts comes first, however old it is. */
function useAlerts(isOpenOnly: boolean, before: string) {
  const open = useQuery(openAlertsQuery);
  const all = useQuery({ ...alertsQuery(before), enabled: !isOpenOnly });
  if (isOpenOnly || open.data === undefined || all.data === undefined) return isOpenOnly ? open : all;
  const ended = all.data.alerts.filter(({ endedAt }) => endedAt !== null);
  const first = before === '' ? open.data.alerts : [];
  return { ...all, data: { ...all.data, alerts: [...first, ...ended] } };
}
