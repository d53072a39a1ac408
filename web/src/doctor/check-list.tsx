import type { ReactNode } from 'react';
import { CheckStatusBadge } from './check-status.tsx';
import classes from './doctor.module.css';
import { FindingGroup } from './finding-group.tsx';
import type { Check, Finding } from './queries.ts';

interface Props {
  label: string;
  checks: readonly Check[];
  /** The codes of all environments; findings about them link there. */
  environments: readonly string[];
  /** Renders the button that fixes findings. */
  fix?: (finding: Finding) => ReactNode;
}

/** A list of checks with their findings, remedies and fixes. Many findings with one cause are one, with a folded list. */
export function CheckList({ label, checks, environments, fix }: Props) {
  return (
    <ul className={classes.checks} aria-label={label}>
      {checks.map((check) => (
        <li key={check.name} className={classes.check} data-status={check.standing}>
          <div className={classes.checkHead}>
            <CheckStatusBadge standing={check.standing} />
            <h2 className={classes.label}>{check.label}</h2>
            <span className={classes.dim}>
              <code>{check.name}</code> {check.looksAt}
            </span>
          </div>
          <ul className={classes.findings}>
            {check.groups.map((group) => (
              <li key={group.findings[0]}>
                <FindingGroup check={check} group={group} environments={environments} fix={fix} />
              </li>
            ))}
            {check.healed.map((text) => (
              <li key={text} className={classes.done}>
                <b>Fixed:</b> {text}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
