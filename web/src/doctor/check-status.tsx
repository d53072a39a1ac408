import { IconAlertTriangle, IconCheck, IconQuestionMark, IconX } from '@tabler/icons-react';
import classes from './doctor.module.css';
import type { CheckStatus } from './queries.ts';

const signs = { well: IconCheck, warning: IconAlertTriangle, problem: IconX, unknown: IconQuestionMark };
const words = { well: 'ok', warning: 'warning', problem: 'problem', unknown: 'not checked' };

/** The status of a check as sign and word. */
export function CheckStatusBadge({ standing }: { standing: CheckStatus }) {
  const Sign = signs[standing];
  return (
    <span className={classes.status} data-status={standing}>
      <Sign size={14} stroke={2.5} aria-hidden />
      {words[standing]}
    </span>
  );
}
