import type { ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { NextTimes } from './next-times.tsx';
import classes from './schedules.module.css';
import { useDayRule } from './use-schedule-actions.ts';

/** How the times of a schedule from before the rule of cron would change under it, with a button that confirms the rule. */
export function DayRuleChange({ schedule }: { schedule: ScheduleView }) {
  const { zone, dayRuleChange } = schedule;
  const confirm = useDayRule(schedule);
  if (dayRuleChange === null) return null;
  const { next, sameTimes } = dayRuleChange;
  return (
    <section aria-labelledby="day-rule">
      <h2 id="day-rule">Next times by the rule of cron</h2>
      {next.length === 0 ? <p className={classes.dim}>None.</p> : <NextTimes times={next} zone={zone} />}
      <p>
        To keep the current times, change the expression to <code>{sameTimes}</code>.
      </p>
      <ActionButton
        requiredRole="operator"
        variant="default"
        size="compact-xs"
        loading={confirm.isPending}
        onClick={() => confirm.mutate()}
      >
        Use the rule of cron
      </ActionButton>
    </section>
  );
}
