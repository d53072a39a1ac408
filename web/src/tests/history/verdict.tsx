import { calendarDay, relative, shortCommit } from '../../ui/format.ts';
import { useNow } from '../../ui/now.ts';
import { type Status, StatusSign } from '../../ui/status.tsx';
import type { Pattern } from './pattern.ts';
import classes from './verdict.module.css';

const signs: Record<Pattern['kind'], Status> = {
  passes: 'passed',
  flaky: 'flaky',
  shop: 'failed',
  commit: 'failed',
  everywhere: 'failed',
  broken: 'broken',
  unknown: 'skipped',
};

/** The patterns of a history in words. */
export function Verdict({ patterns }: { patterns: Pattern[] }) {
  const now = useNow(60_000);
  const failuresFirst = patterns.toSorted((one, other) => passesRank(one) - passesRank(other));
  return (
    <ul className={classes.verdict}>
      {failuresFirst.map((pattern) => (
        <li key={pattern.kind} data-status={signs[pattern.kind]}>
          <StatusSign status={signs[pattern.kind]} size={20} />
          <span>{words(pattern, now, patterns.length > 1)}</span>
        </li>
      ))}
    </ul>
  );
}

const passesRank = ({ kind }: Pattern) => Number(kind === 'passes');

function words(pattern: Pattern, now: Date, hasOthers: boolean): string {
  const { kind, environments, isEverywhere, commit, since } = pattern;
  const where = environments.join(', ');
  const everywhere = hasOthers ? 'on all other environments' : 'on all environments';
  const when =
    since === undefined ? '' : `${calendarDay(new Date(since))} (${relative(new Date(since), now)})`;
  switch (kind) {
    case 'passes':
      return `Passes ${everywhere}.`;
    case 'flaky':
      return `Flaky on ${where}: it alternates between passed and failed.`;
    case 'shop':
      return `Fails on ${where} and passes elsewhere: check that shop first.`;
    case 'commit':
      return `Fails ${isEverywhere ? everywhere : `on ${where}`} since ${commit && shortCommit(commit.id)} “${commit?.subject}”, ${when}: check that commit first.`;
    case 'everywhere':
      return since === undefined
        ? `Fails ${everywhere}, in all of these runs: check the test first.`
        : `Fails ${everywhere} since ${when}, but no single commit explains it: check what changed in the shops.`;
    case 'broken':
      return `The last run on ${where} has no result: the infrastructure failed.`;
    case 'unknown':
      return 'No results yet.';
  }
}
