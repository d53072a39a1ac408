import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { CheckStatusBadge } from './check-status.tsx';
import classes from './doctor.module.css';
import type { Check, Finding } from './queries.ts';
import { Remedy } from './remedy.tsx';

interface Props {
  label: string;
  checks: readonly Check[];
  /** The codes of all environments; findings about them link there. */
  environments: readonly string[];
  /** Renders the button that fixes a finding. */
  fix?: (finding: Finding) => ReactNode;
}

/** A list of checks with their findings, remedies and fixes. */
export function CheckList({ label, checks, environments, fix }: Props) {
  return (
    <ul className={classes.checks} aria-label={label}>
      {checks.map(({ name, looksAt, standing, findings, healed }) => (
        <li key={name} className={classes.check}>
          <CheckStatusBadge standing={standing} />
          <div>
            <b>{name}</b> <span className={classes.dim}>{looksAt}</span>
          </div>
          <ul className={classes.findings}>
            {findings.map((finding) => (
              <li key={`${finding.about} ${finding.found}`}>
                <FindingText
                  finding={finding}
                  differs={finding.standing !== standing}
                  environments={environments}
                >
                  {finding.fixable && fix?.(finding)}
                </FindingText>
              </li>
            ))}
            {healed.map((text) => (
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

interface FindingProps {
  finding: Finding;
  /** Whether its status differs from that of the check. */
  differs: boolean;
  environments: readonly string[];
  children: ReactNode;
}

function FindingText({ finding, differs, environments, children }: FindingProps) {
  const { standing, about, found, code, meaning, remedy } = finding;
  return (
    <>
      <div className={classes.finding}>
        <p>
          {differs && (
            <>
              <CheckStatusBadge standing={standing} />{' '}
            </>
          )}
          {about !== null && (
            <>
              {environments.includes(about) ? (
                <Anchor component={Link} href={`/environments/${about}`} fw={600} underline="always">
                  {about}
                </Anchor>
              ) : (
                <b>{about}</b>
              )}
              :{' '}
            </>
          )}
          {found} {code !== null && <code className={classes.dim}>{code}</code>}
        </p>
        {children}
      </div>
      {meaning !== null && <p className={classes.dim}>{meaning}</p>}
      {remedy !== null && (
        <p>
          <b>What to do:</b> <Remedy text={remedy} />
        </p>
      )}
    </>
  );
}
