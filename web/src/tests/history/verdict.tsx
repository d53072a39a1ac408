import { relative } from '../../ui/format.ts';
import { useNow } from '../../ui/now.ts';
import { type Status, StatusSign } from '../../ui/status.tsx';
import classes from '../test.module.css';
import type { Pattern } from './pattern.ts';

const signs: Record<Pattern['kind'], Status> = {
  passes: 'passed',
  flaky: 'flaky',
  shop: 'failed',
  commit: 'failed',
  everywhere: 'failed',
  broken: 'broken',
  unknown: 'skipped',
};

/** Is it the test or the shop? What the grid says, in words. */
export function Verdict({ patterns }: { patterns: Pattern[] }) {
  const now = useNow(60_000);
  return (
    <ul className={classes.verdict}>
      {patterns.map((pattern) => (
        <li key={pattern.kind}>
          <StatusSign status={signs[pattern.kind]} size={16} />
          <span>{words(pattern, now, patterns.length > 1)}</span>
        </li>
      ))}
    </ul>
  );
}

function words(pattern: Pattern, now: Date, hasOthers: boolean): string {
  const { kind, environments, isEverywhere, commit, since } = pattern;
  const where = environments.join(', ');
  const everywhere = hasOthers ? 'on all others' : 'on every environment';
  const when = since === undefined ? '' : relative(new Date(since), now);
  switch (kind) {
    case 'passes':
      return `Passes ${everywhere}.`;
    case 'flaky':
      return `Flaky on ${where}: the same test gives now this, now that answer.`;
    case 'shop':
      return `Fails on ${where} and passes elsewhere: look at that shop first.`;
    case 'commit':
      return `Fails ${isEverywhere ? everywhere : `on ${where}`} since ${commit?.id.slice(0, 7)} “${commit?.subject}” (${when}): look at that commit first.`;
    case 'everywhere':
      return since === undefined
        ? `Fails ${everywhere}, in all of these runs: look at the test first.`
        : `Fails ${everywhere} since ${when}, and no one commit explains it: look at what changed in the shops.`;
    case 'broken':
      return `The last run on ${where} gave no answer: the infrastructure broke.`;
    case 'unknown':
      return 'No run gave an answer yet.';
  }
}
