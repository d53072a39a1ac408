import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import type { OverviewView } from '#src/operations/overview/overview-view.ts';
import { useQueryState } from '../ui/query-state.ts';
import { QueryFallback } from '../ui/states.tsx';
import { StatusSign } from '../ui/status.tsx';
import { useTitle } from '../ui/title.ts';
import { useVerdictAnnouncements } from './announce-verdicts.ts';
import { AttentionList } from './attention/attention-list.tsx';
import { headlineOf, laneStates, statesOf } from './lane-states.ts';
import { arrange } from './lanes/arrange.ts';
import { Lanes } from './lanes/lanes.tsx';
import { pastTime, timeText } from './lanes/past-time.ts';
import { fittingSpan, spanOf } from './lanes/spans.ts';
import { NoEnvironments } from './no-environments.tsx';
import classes from './overview.module.css';
import { overviewQuery } from './query.ts';
import { Scheduled } from './scheduled.tsx';
import { StateTiles } from './state-tiles.tsx';
import { Summary } from './summary.tsx';
import { TimelineHead } from './timeline-head.tsx';
import { WaitingRuns } from './waiting.tsx';

/** So many lanes fit on a screen with the rest of the view. */
const maxLanesAboveWaiting = 12;

/** What is wrong, which runs execute where, and why the others wait. */
export default function Overview() {
  useTitle('Overview');
  const [spanName, setSpan] = useQueryState('span');
  const [untilText, setUntil] = useQueryState('until');
  const [filter, setFilter] = useQueryState('environment');
  const [stateName, setState] = useQueryState('state');
  const state = laneStates.find((each) => each === stateName);
  const selectedSpan = spanOf(spanName);
  const until = useMemo(() => pastTime(untilText), [untilText]);
  const { data, dataUpdatedAt, error, refetch } = useQuery(overviewQuery(selectedSpan, until));
  // Renders hundreds of lanes as a deferred update, so that the page stays responsive.
  const { overview, received } = useDeferredValue(
    useMemo(() => ({ overview: data, received: dataUpdatedAt }), [data, dataUpdatedAt]),
  );
  useVerdictAnnouncements(overview);

  const lanes = useLanes(overview, filter, state);
  if (overview === undefined) return <QueryFallback what="the overview" query={{ error, refetch }} />;
  if (overview.lanes.length === 0) {
    return (
      <>
        <h1 className={classes.hidden}>Overview</h1>
        <NoEnvironments />
      </>
    );
  }
  const span = spanName === '' && until === undefined ? fittingSpan(overview) : selectedSpan;
  const isFiltered = filter !== '' || state !== undefined;
  const queue = overview.queue.filter(
    ({ environment }) => !isFiltered || lanes.some(({ code }) => code === environment),
  );
  const { status, text } = headlineOf(overview);
  const waiting = queue.length > 0 && <WaitingRuns overview={overview} queue={queue} />;
  // Many lanes would push the waiting runs far down.
  const waitingFirst = lanes.length > maxLanesAboveWaiting;
  return (
    <>
      <h1 className={classes.hidden}>Overview</h1>
      <div className={classes.head}>
        <p className={classes.headline}>
          <StatusSign status={status} size={22} />
          {text}
        </p>
        <Summary overview={overview} />
      </div>
      <StateTiles overview={overview} selected={state ?? ''} onSelect={setState} />
      <div className={classes.news}>
        <AttentionList overview={overview} />
        <Scheduled />
      </div>
      {waitingFirst && waiting}
      <section aria-labelledby="environments" className={classes.timeline}>
        <TimelineHead
          shown={lanes.length}
          all={overview.lanes.length}
          filter={filter}
          onFilter={setFilter}
          span={span}
          onSpan={setSpan}
          until={until}
          onUntil={(time) => setUntil(time === undefined ? '' : timeText(time))}
          onShowAll={
            isFiltered
              ? () => {
                  setFilter('');
                  setState('');
                }
              : undefined
          }
        />
        <Lanes overview={overview} lanes={lanes} received={received} span={span} until={until} />
        {lanes.length === 0 && <p className={classes.empty}>No environments match these filters.</p>}
      </section>
      {!waitingFirst && waiting}
    </>
  );
}

/** The lanes that match the filters, in their order. */
function useLanes(
  overview: OverviewView | undefined,
  filter: string,
  state: (typeof laneStates)[number] | undefined,
) {
  return useMemo(() => {
    const matches = (overview?.lanes ?? []).filter(
      (lane) =>
        includesText(filter, lane.code, lane.name) && (state === undefined || statesOf(lane).includes(state)),
    );
    return arrange(matches, overview?.queue ?? []);
  }, [overview?.lanes, overview?.queue, filter, state]);
}

function includesText(filter: string, ...texts: string[]): boolean {
  return texts.some((text) => text.toLowerCase().includes(filter.toLowerCase()));
}
