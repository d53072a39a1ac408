import { Button, Loader, NativeSelect } from '@mantine/core';
import { IconCheck, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { listEnvironments } from '../../../src/operations/environments/environments.ts';
import { toProblem } from '../api/problem.ts';
import { get } from '../api/request.ts';
import { duration, plural } from '../ui/format.ts';
import { useQueryState } from '../ui/query-state.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import { ErrorState } from '../ui/states.tsx';
import { Elapsed, Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { CheckList } from './check-list.tsx';
import classes from './doctor.module.css';
import { Fix, useFix } from './fix.tsx';
import { doctorQuery, type Report } from './queries.ts';

/** The checks of the installation: problems, remedies and fixes. */
export default function Doctor() {
  useTitle('Doctor');
  const [environment, setEnvironment] = useQueryState('environment');
  const { data, error, dataUpdatedAt, isFetching, refetch } = useQuery(doctorQuery(environment));
  const { data: listed } = useQuery({
    queryKey: ['environments', 'list'],
    queryFn: ({ signal }) => get<typeof listEnvironments>('/api/environments', { signal }),
  });
  const codes = listed?.environments.map(({ code }) => code) ?? [];
  const fix = useFix();
  const busy = isFetching || fix.isPending;
  const look = () => {
    if (!busy) void refetch();
  };
  useShortcut('l', 'Check again', look);

  return (
    <>
      <div className={classes.head}>
        <h1>Doctor</h1>
        <Choice codes={codes} chosen={environment} onChoose={setEnvironment} />
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={busy}
          onClick={look}
        >
          Check again
        </Button>
        {data && (
          <span className={classes.dim}>
            checked <Time at={new Date(dataUpdatedAt).toISOString()} /> in {took(data.tookMs)}
          </span>
        )}
      </div>
      <div role="status">
        {busy && <Looking key={environment} again={data !== undefined} fixes={fix.isPending} />}
        {!busy && data && <Summary report={data} />}
      </div>
      {error && !data && !isFetching && <ErrorState error={error} onRetry={look} />}
      {error && data && !busy && (
        <p className={classes.problem} role="alert">
          Checking again failed: {toProblem(error).message} These are the previous results.
        </p>
      )}
      {data && (
        <Checks
          report={data}
          codes={codes}
          fixes={fix.isPending}
          unless={isFetching ? 'The checks are running.' : undefined}
          onFix={() => fix.mutate(environment)}
        />
      )}
    </>
  );
}

interface ChoiceProps {
  codes: readonly string[];
  chosen: string;
  onChoose: (code: string) => void;
}

function Choice({ codes, chosen, onChoose }: ChoiceProps) {
  // The environment in the address may be deleted.
  const all = chosen === '' || codes.includes(chosen) ? codes : [chosen, ...codes];
  return (
    <NativeSelect
      size="xs"
      aria-label="Environment"
      value={chosen}
      data={[{ value: '', label: 'All environments' }, ...all.map((code) => ({ value: code, label: code }))]}
      onChange={(event) => onChoose(event.currentTarget.value)}
    />
  );
}

/** The progress of the checks, which take seconds, or longer when something hangs. */
function Looking({ again, fixes }: { again: boolean; fixes: boolean }) {
  const [since] = useState(() => new Date().toISOString());
  return (
    <div className={classes.looking}>
      <Loader size={16} aria-hidden />
      <p>
        {fixes ? 'Fixing, then checking again' : again ? 'Checking again' : 'Checking'}: the database, locks,
        workers, the queue, containers, the test module, Selenium, the shops, schedules and disks. A check
        that hangs times out after 15 s.{' '}
        <span className={classes.dim} aria-hidden>
          <Elapsed since={since} />
        </span>
      </p>
    </div>
  );
}

function Summary({ report: { healthy, checks } }: { report: Report }) {
  const warnings = checks.filter(({ standing }) => standing === 'warning').length;
  if (healthy) {
    return (
      <p className={classes.healthy}>
        <IconCheck size={16} stroke={2.5} aria-hidden />
        {warnings === 0
          ? `No problems found by ${plural(checks.length, 'check')}.`
          : `No problems, but ${plural(warnings, 'warning')} found by ${plural(checks.length, 'check')}.`}
      </p>
    );
  }
  const findings = checks.flatMap((check) => check.findings);
  const problems = findings.filter(({ standing }) => standing === 'problem').length;
  const blind = checks.filter((check) =>
    check.findings.some(({ standing }) => standing === 'unknown'),
  ).length;
  return (
    <p className={problems > 0 ? classes.unhealthy : classes.problem}>
      {problems === 0 ? 'No problems found' : `${plural(problems, 'problem')} found`} by{' '}
      {plural(checks.length, 'check')}
      {blind === 0 ? '.' : `; ${blind} could not run completely.`}
    </p>
  );
}

interface ChecksProps {
  report: Report;
  codes: readonly string[];
  fixes: boolean;
  unless: string | undefined;
  onFix: () => void;
}

/** Problems first. Passed checks are collapsed when all checks passed. */
function Checks({ report: { healthy, checks }, codes, fixes, unless, onFix }: ChecksProps) {
  const fixable = checks.flatMap(({ findings }) => findings.filter((finding) => finding.fixable));
  const toMind = [
    ...checks.filter(({ standing }) => standing === 'problem'),
    ...checks.filter(({ standing }) => standing === 'unknown'),
    ...checks.filter(({ standing }) => standing === 'warning'),
  ];
  const repaired = checks.filter(({ standing, healed }) => standing === 'well' && healed.length > 0);
  const well = checks.filter(({ standing, healed }) => standing === 'well' && healed.length === 0);
  return (
    <>
      {toMind.length + repaired.length > 0 && (
        <CheckList
          label="Needs attention"
          checks={[...toMind, ...repaired]}
          environments={codes}
          fix={({ about, found }) => (
            <Fix name={about ?? found} fixable={fixable} busy={fixes} unless={unless} onFix={onFix} />
          )}
        />
      )}
      {well.length > 0 && (
        <details key={String(healthy)} open={!healthy} className={classes.well}>
          <summary>Passed: {plural(well.length, 'check')}</summary>
          <CheckList label="Passed" checks={well} environments={codes} />
        </details>
      )}
    </>
  );
}

/** Formats durations, those below one second in milliseconds. */
function took(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : duration(ms);
}
