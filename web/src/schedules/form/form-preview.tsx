import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import { toProblem } from '../../api/problem.ts';
import { selectsNothing } from '../../selection/draft.ts';
import { PreviewPatterns } from '../../selection/preview-patterns.tsx';
import { PreviewTests } from '../../selection/preview-tests.tsx';
import type { usePreview } from '../../selection/use-preview.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { approxDuration, plural } from '../../ui/format.ts';
import { Loading } from '../../ui/states.tsx';
import { NextTimes } from '../next-times.tsx';
import { timesQuery } from '../queries.ts';
import classes from '../schedules.module.css';
import { dayRuleOf, type ScheduleDraft } from './draft.ts';

/** The next times of the typed expression and zone, or the problem with them. `saved`: the schedule that is edited. */
export function useTimes(
  { cron, zone }: Pick<ScheduleDraft, 'cron' | 'zone'>,
  saved: ScheduleView | undefined,
) {
  const [settled] = useDebouncedValue(`${cron}\n${zone}`, 150);
  const [settledCron = '', settledZone = ''] = settled.split('\n');
  const times = useQuery(timesQuery(settledCron, settledZone, dayRuleOf({ cron: settledCron }, saved)));
  const problem = times.error ? toProblem(times.error) : undefined;
  return { times: problem ? undefined : times.data, problem };
}

interface Props {
  draft: ScheduleDraft;
  times: ReturnType<typeof useTimes>['times'];
  preview: ReturnType<typeof usePreview>;
}

/** The next times, and the tests that the schedule would run now. */
export function FormPreview({ draft, times, preview }: Props) {
  return (
    <>
      <section aria-labelledby="form-times" aria-live="polite">
        <h2 id="form-times">Next times{times && ` in ${times.zone}`}</h2>
        {times ? (
          <>
            <NextTimes times={times.next} zone={times.zone} />
            {times.days && <p className={classes.problem}>{times.days}</p>}
          </>
        ) : (
          <p className={classes.dim}>Shown when the cron expression and the time zone are valid.</p>
        )}
      </section>
      <section aria-labelledby="form-tests">
        <h2 id="form-tests">Tests it would run now</h2>
        <TestsPreview draft={draft} preview={preview} />
      </section>
    </>
  );
}

function TestsPreview({ draft, preview: { data, error } }: Pick<Props, 'draft' | 'preview'>) {
  if (selectsNothing(draft)) return <p className={classes.dim}>Select groups, suites or tests.</p>;
  if (error) return <FormProblem error={error} />;
  if (!data) return <Loading what="the preview" readsTests />;
  return (
    <>
      <p>
        {plural(data.tests.length, 'test')}
        {data.environments.map(({ code, expectedMs }) => (
          <span key={code}>
            {', '}
            {code} {expectedMs === null ? '' : approxDuration(expectedMs)}
          </span>
        ))}
      </p>
      <PreviewPatterns preview={data} />
      <PreviewTests preview={data} />
    </>
  );
}
