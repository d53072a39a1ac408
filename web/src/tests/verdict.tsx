import { useNow } from '../parts/now.ts';
import { type Status, StatusSign } from '../parts/status.tsx';
import { relative } from '../parts/words.ts';
import type { Pattern } from './pattern.ts';
import classes from './test.module.css';

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
export function Verdict({ pattern }: { pattern: Pattern }) {
  const now = useNow(60_000);
  return (
    <p className={classes.verdict}>
      <StatusSign status={signs[pattern.kind]} size={16} />
      <span>{words(pattern, now)}</span>
    </p>
  );
}

function words({ kind, environments, commit, since }: Pattern, now: Date): string {
  const where = environments.join(', ');
  const when = since === undefined ? '' : relative(new Date(since), now);
  switch (kind) {
    case 'passes':
      return 'Passes on every environment.';
    case 'flaky':
      return `Flaky on ${where}: the same test gives now this, now that answer.`;
    case 'shop':
      return `Fails on ${where} and passes elsewhere: look at that shop first.`;
    case 'commit':
      return `Fails everywhere since ${commit?.id.slice(0, 7)} “${commit?.subject}” (${when}): look at that commit first.`;
    case 'everywhere':
      return since === undefined
        ? 'Fails on every environment, in all of these runs: look at the test first.'
        : `Fails on every environment since ${when}, and no one commit explains it: look at what changed in the shops.`;
    case 'broken':
      return `The last run on ${where} gave no answer: the infrastructure broke.`;
    case 'unknown':
      return 'No run gave an answer yet.';
  }
}
