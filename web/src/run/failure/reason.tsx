import { useQuery } from '@tanstack/react-query';
import type { RunView } from '#src/operations/core/views.ts';
import { StatusSign } from '../../ui/status.tsx';
import { faultsQuery } from '../queries.ts';
import classes from './reason.module.css';

/** Why a run or test is broken: what happened, what it means, and what to do. */
export function Reason({ reason, label }: { reason: NonNullable<RunView['reason']>; label: string }) {
  const { data } = useQuery(faultsQuery);
  const fault = data?.faults.find(({ code }) => code === reason.code);
  return (
    <section className={classes.reason} aria-label={label}>
      <StatusSign status="broken" size={16} />
      <div className={classes.content}>
        <p className={classes.message}>
          {reason.message} <code className={classes.code}>{reason.code}</code>
        </p>
        {fault && (
          <p>
            {fault.meaning} <b>What to do:</b> {fault.remedy}
          </p>
        )}
      </div>
    </section>
  );
}
