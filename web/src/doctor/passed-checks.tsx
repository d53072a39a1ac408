import { StatusSign } from '../ui/status.tsx';
import classes from './doctor.module.css';
import type { Check } from './queries.ts';

/** The checks that passed, by their positive labels, with what each saw. */
export function PassedChecks({ checks }: { checks: readonly Check[] }) {
  return (
    <section aria-labelledby="passed-checks" className={classes.passed}>
      <h2 id="passed-checks">
        Passed <span className={classes.dim}>{checks.length}</span>
      </h2>
      <ul className={classes.passedList}>
        {checks.map(({ name, label, looksAt, groups, findings }) => (
          <li key={name} title={`${name}: ${looksAt}`}>
            <StatusSign status="passed" />
            <div>
              <p className={classes.label}>{label}</p>
              {groups.map(({ title, findings: [position = 0] }) => (
                <p key={position} className={classes.dim}>
                  {title ?? textOf(findings[position])}
                </p>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function textOf(finding: Check['findings'][number] | undefined): string {
  if (finding === undefined) return '';
  return finding.about === null ? finding.found : `${finding.about}: ${finding.found}`;
}
