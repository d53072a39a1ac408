import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { plural } from '../ui/format.ts';
import { CheckStatusBadge } from './check-status.tsx';
import classes from './doctor.module.css';
import type { Check, Finding } from './queries.ts';
import { Remedy } from './remedy.tsx';

interface Props {
  check: Check;
  group: Check['groups'][number];
  environments: readonly string[];
  fix: ((finding: Finding) => ReactNode) | undefined;
}

/** One finding, or many with one cause: what is wrong, what it means, what to do, and the folded list of where. */
export function FindingGroup({ check, group, environments, fix }: Props) {
  const findings = group.findings.flatMap((position) => check.findings[position] ?? []);
  const [first] = findings;
  if (!first) return null;
  const fixable = findings.find((finding) => finding.fixable);
  return (
    <>
      <div className={classes.finding}>
        <p>
          {group.standing !== check.standing && (
            <>
              <CheckStatusBadge standing={group.standing} />{' '}
            </>
          )}
          {group.title === null ? (
            <>
              <Subject about={first.about} environments={environments} />
              {first.found}
            </>
          ) : (
            <>
              <b>{group.title}.</b> {group.found}
            </>
          )}{' '}
          {first.code !== null && <code className={classes.dim}>{first.code}</code>}
        </p>
        {fixable && fix?.(fixable)}
      </div>
      {first.meaning !== null && <p className={classes.dim}>{first.meaning}</p>}
      {group.remedy !== null && (
        <p>
          <b>What to do:</b> <Remedy text={group.remedy} />
        </p>
      )}
      {group.title !== null && (
        <details className={classes.members}>
          <summary>Show all {plural(findings.length, 'finding')}</summary>
          <ul data-short={group.found !== null || undefined}>
            {findings.map((finding) => (
              <li key={`${finding.about} ${finding.found}`}>
                <Subject about={finding.about} environments={environments} isAlone={group.found !== null} />
                {(group.found === null || finding.about === null) && finding.found}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

interface SubjectProps {
  about: string | null;
  environments: readonly string[];
  /** Whether no text follows. */
  isAlone?: boolean;
}

/** What a finding is about; an environment links to its view. */
function Subject({ about, environments, isAlone = false }: SubjectProps) {
  if (about === null) return null;
  return (
    <>
      {environments.includes(about) ? (
        <Anchor component={Link} href={`/environments/${about}`} fw={600}>
          {about}
        </Anchor>
      ) : (
        <b>{about}</b>
      )}
      {!isAlone && ': '}
    </>
  );
}
