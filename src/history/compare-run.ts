import type { ResultClass } from '../model/result-class.ts';
import { classesByOutcome, type Outcome, type TestedVersion } from './classes-by-outcome.ts';
import { compareDurations, type EarlierPass, type Usual, usualOf } from './usual-duration.ts';

/** How many outcomes of a test on an environment are looked back at. */
export const keptOutcomes = 40;

/** An outcome with its duration in milliseconds. */
export interface TimedOutcome extends Pick<Outcome, 'outcome' | 'flaky' | 'cause'> {
  durationMs: number;
}

/** An outcome of an earlier run on the environment. */
export interface PastOutcome extends TimedOutcome {
  run: TestedVersion & EarlierRun;
}

interface EarlierRun {
  /** How slow the whole run was, see `compareDurations`. */
  slowness: number;
}

/** What an outcome means in view of the earlier ones of its test on its environment. */
export interface ClassifiedOutcome {
  classes: ResultClass[];
  /** The median duration of its earlier passes; `undefined` when there are too few. */
  usualMs: number | undefined;
}

/** An outcome with all that its own history says. */
export interface ExaminedOutcome {
  now: TimedOutcome;
  byOutcome: ResultClass[];
  usual: Usual | undefined;
}

/**
 * Compares an outcome of a run with the earlier outcomes of the same test in the same suite on the same environment, the oldest first, of
 * which the newest `keptOutcomes` count. `classify` completes it.
 */
export function examine(
  run: TestedVersion,
  now: TimedOutcome,
  earlier: readonly PastOutcome[],
): ExaminedOutcome {
  const kept = earlier.slice(-keptOutcomes);
  const passes: EarlierPass[] = [];
  // A failed test ends early, or waits for what does not come.
  for (const { outcome, durationMs, run } of kept)
    if (outcome === 'passed') passes.push({ durationMs, slowness: run.slowness });
  return {
    now,
    byOutcome: classesByOutcome(
      { ...run, ...now },
      kept.map(({ run: { at, commit, shopVersion }, outcome, flaky, cause }) => ({
        at,
        commit,
        shopVersion,
        outcome,
        flaky,
        cause,
      })),
    ),
    usual: usualOf(passes),
  };
}

/** The classes of all outcomes of a run, in their order, and how slow the whole run was. */
export function classify(outcomes: readonly ExaminedOutcome[]): {
  slowness: number;
  classified: ClassifiedOutcome[];
} {
  const passes = outcomes.map(({ now, usual }) => ({
    durationMs: now.durationMs,
    usual: now.outcome === 'passed' ? usual : undefined,
  }));
  const { slowness, slower } = compareDurations(passes);
  const classified = outcomes.map(({ byOutcome, usual }, index) => ({
    classes: slower[index] ? [...byOutcome, 'slower' as const] : byOutcome,
    usualMs: usual && Math.round(usual.medianMs),
  }));
  return { slowness, classified };
}
