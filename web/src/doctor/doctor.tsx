import { Anchor, Button, Loader, NativeSelect } from '@mantine/core';
import { IconCheck, IconQuestionMark, IconRefresh, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { listEnvironments } from '#src/operations/environments/environments.ts';
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
import { PassedChecks } from './passed-checks.tsx';
import { doctorQuery, type Report } from './queries.ts';

/** The checks of the installation: problems, remedies and fixes. */
export default function Doctor() {
  useTitle('Doctor');
  const [environment, setEnvironment] = useQueryState('environment');
  const { data, error, dataUpdatedAt, isFetching, refetch } = useQuery(doctorQuery(environment));
  const { data: environmentList } = useQuery({
    queryKey: ['environments', 'list'],
    queryFn: ({ signal }) => get<typeof listEnvironments>('/api/environments', { signal }),
  });
  const codes = environmentList?.environments.map(({ code }) => code) ?? [];
  const fix = useFix();
  const busy = isFetching || fix.isPending;
  const recheck = () => {
    if (!busy) void refetch();
  };
  useShortcut('l', 'Check again', recheck);

  return (
    <>
      <div className={classes.head}>
        <h1>Doctor</h1>
        <Anchor component={Link} href="/retention">
          Retention
        </Anchor>
        <Choice codes={codes} selected={environment} onSelect={setEnvironment} />
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={busy}
          onClick={recheck}
        >
          Check again
        </Button>
        {data && (
          <span className={classes.dim}>
            checked <Time at={new Date(dataUpdatedAt).toISOString()} /> in {durationText(data.tookMs)}
          </span>
        )}
      </div>
      <div role="status">
        {busy && <CheckProgress key={environment} isRecheck={data !== undefined} isFixing={fix.isPending} />}
        {!busy && data && <Summary report={data} />}
      </div>
      {error && !data && !isFetching && <ErrorState error={error} onRetry={recheck} />}
      {error && data && !busy && (
        <p className={classes.problem} role="alert">
          Checking again failed: {toProblem(error).message} These are the previous results.
        </p>
      )}
      {data && (
        <Checks
          report={data}
          codes={codes}
          isFixing={fix.isPending}
          disabledReason={isFetching ? 'The checks are running.' : undefined}
          onFix={() => fix.mutate(environment)}
        />
      )}
    </>
  );
}

interface ChoiceProps {
  codes: readonly string[];
  selected: string;
  onSelect: (code: string) => void;
}

function Choice({ codes, selected, onSelect }: ChoiceProps) {
  // The environment in the address may be deleted.
  const all = selected === '' || codes.includes(selected) ? codes : [selected, ...codes];
  return (
    <NativeSelect
      size="xs"
      aria-label="Environment"
      value={selected}
      data={[{ value: '', label: 'All environments' }, ...all.map((code) => ({ value: code, label: code }))]}
      onChange={(event) => onSelect(event.currentTarget.value)}
    />
  );
}

/** The progress of the checks, which take seconds, or longer when something hangs. */
function CheckProgress({ isRecheck, isFixing }: { isRecheck: boolean; isFixing: boolean }) {
  const [since] = useState(() => new Date().toISOString());
  return (
    <div className={classes.progress}>
      <Loader size={16} aria-hidden />
      <p>
        {isFixing ? 'Fixing, then checking again' : isRecheck ? 'Checking again' : 'Checking'}: the database,
        locks, workers, the queue, containers, the test module, Selenium, the shops, schedules and disks. A
        check that hangs times out after 15 s.{' '}
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
        <IconCheck size={20} stroke={2.5} aria-hidden />
        {warnings === 0
          ? `No problems found by ${plural(checks.length, 'check')}.`
          : `No problems, but ${plural(warnings, 'warning')} found by ${plural(checks.length, 'check')}.`}
      </p>
    );
  }
  const problems = checks.filter(({ standing }) => standing === 'problem').length;
  const incompleteCount = checks.filter((check) =>
    check.findings.some(({ standing }) => standing === 'unknown'),
  ).length;
  return (
    <p className={problems > 0 ? classes.unhealthy : classes.problem}>
      {problems > 0 ? (
        <IconX size={20} stroke={2.5} aria-hidden />
      ) : (
        <IconQuestionMark size={20} stroke={2.5} aria-hidden />
      )}
      <span>
        {problems === 0
          ? `No problems found by ${plural(checks.length, 'check')}`
          : `${problems} of ${plural(checks.length, 'check')} found a problem`}
        {incompleteCount === 0 ? '.' : `; ${incompleteCount} could not run completely.`}
        {problems > 1 && ' Fix the first one first: others may follow from it.'}
      </span>
    </p>
  );
}

interface ChecksProps {
  report: Report;
  codes: readonly string[];
  isFixing: boolean;
  disabledReason: string | undefined;
  onFix: () => void;
}

/** Problems first. */
function Checks({ report: { checks }, codes, isFixing, disabledReason, onFix }: ChecksProps) {
  const fixable = checks.flatMap(({ findings }) => findings.filter((finding) => finding.fixable));
  const unhealthyChecks = [
    ...checks.filter(({ standing }) => standing === 'problem'),
    ...checks.filter(({ standing }) => standing === 'unknown'),
    ...checks.filter(({ standing }) => standing === 'warning'),
  ];
  const fixedChecks = checks.filter(({ standing, healed }) => standing === 'well' && healed.length > 0);
  const passedChecks = checks.filter(({ standing, healed }) => standing === 'well' && healed.length === 0);
  return (
    <>
      {unhealthyChecks.length + fixedChecks.length > 0 && (
        <CheckList
          label="Needs attention"
          checks={[...unhealthyChecks, ...fixedChecks]}
          environments={codes}
          fix={({ about, found }) => (
            <Fix
              name={about ?? found}
              fixable={fixable}
              busy={isFixing}
              disabledReason={disabledReason}
              onFix={onFix}
            />
          )}
        />
      )}
      {passedChecks.length > 0 && <PassedChecks checks={passedChecks} />}
    </>
  );
}

/** Formats durations, those below one second in milliseconds. */
function durationText(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : duration(ms);
}
