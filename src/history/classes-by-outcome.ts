import { dayMs } from '../model/duration.ts';
import type { ResultClass } from '../model/result-class.ts';

/** What was tested, and when. */
export interface TestedVersion {
  at: Date;
  /** The commit of the test module. */
  commit: string | undefined;
  /** The version of the shop, where it is known. */
  shopVersion: string | undefined;
}

/** The outcome of a test in a run that executed it to its end: broken and skipped tests have none. The last attempt decides. */
export interface Outcome extends TestedVersion {
  outcome: 'passed' | 'failed';
  /** It failed in an earlier attempt of the same run, and passed. */
  flaky: boolean;
  /** Of a failure; see `causeOf`. */
  cause: string | undefined;
}

/** Changes of outcome that are further back say nothing about today. */
const flakyDays = 14;
/** With one change it is a failure or its end; with two it came and left without a reason. */
const flakyChanges = 2;
/**
 * The classes of an outcome but for its duration. `earlier`: the outcomes of the same test in the same suite on the same environment, the
 * oldest first.
 */
export function classesByOutcome(now: Outcome, earlier: readonly Outcome[]): ResultClass[] {
  const last = earlier.at(-1);
  const classes: ResultClass[] = [];
  if (now.outcome === 'failed') {
    if (last?.outcome === 'passed') classes.push('new');
    if (now.cause !== undefined && earlier.some(({ cause }) => cause === now.cause)) classes.push('known');
  } else if (last?.outcome === 'failed') classes.push('fixed');
  if (isFlaky(now, earlier)) classes.push('flaky');
  return classes;
}

/**
 * It failed and then passed in one run, or changed its outcome at least twice within 14 days on one commit of the tests and one version of
 * the shop. A failure and a pass in one run are two outcomes.
 */
function isFlaky(now: Outcome, earlier: readonly Outcome[]): boolean {
  if (now.flaky) return true;
  const since = now.at.getTime() - flakyDays * dayMs;
  const recent = [...earlier, now].filter(({ at }) => at.getTime() >= since);
  if (recent.every(({ outcome, flaky }) => outcome === 'passed' && !flaky)) return false;
  /** By version: whether it passed last, and how often that changed. */
  const versions = new Map<string, { passed: boolean; changes: number }>();
  for (const each of recent) {
    if (each.commit === undefined) continue;
    const key = `${each.commit} ${each.shopVersion ?? ''}`;
    for (const passed of each.flaky ? [false, true] : [each.outcome === 'passed']) {
      const version = versions.get(key);
      if (version === undefined) versions.set(key, { passed, changes: 0 });
      else if (version.passed !== passed) versions.set(key, { passed, changes: version.changes + 1 });
    }
  }
  return [...versions.values()].some(({ changes }) => changes >= flakyChanges);
}
