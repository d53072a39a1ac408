import type { Step } from '../../model/result.ts';
import { leavesOf } from '../../model/steps.ts';
import { maxWaitPages, type TimedOutWaits, type WaitsOfPage } from '../../model/timed-out-waits.ts';

/**
 * `waitForAjaxLoad` waits until `jQuery.active` is 0, for at most its time limit. When that runs out, it sleeps for the same time
 * again and continues as if nothing had happened; in either case it ends with a second of sleep (read in MagentoWebDriver, 3.8 and
 * 5.3; measured with 3.8). A wait that jQuery ends takes less than the limit and that second.
 */
const sleepMs = 1_000;
/** Allure's times are whole milliseconds, and `usleep` may end one early. */
const toleranceMs = 20;

/** MFTF's own value of WAIT_TIMEOUT, in seconds (its _bootstrap.php, 3.0 to 6.0). */
export const defaultWaitSeconds = 30;

/** A step whose duration tells whether waits ran out. */
interface WaitingStep {
  /** The time limit of each wait; `undefined`: WAIT_TIMEOUT. */
  seconds: number | undefined;
  /** The page that it opens. */
  page?: string | undefined;
  /** Whether it waits more than once, on the same page. */
  repeats?: boolean;
}

/**
 * The waits that ran out among the steps of a test, also of one that passed; `undefined` without any. `waitSeconds`: WAIT_TIMEOUT of
 * the run. A page that loads for more than twice that time counts as a wait.
 */
export function findTimedOutWaits(steps: readonly Step[], waitSeconds: number): TimedOutWaits | undefined {
  const groups = new Map<string, WaitsOfPage>();
  let page: string | undefined;
  for (const { name, durationMs } of steps.flatMap(leavesOf)) {
    const step = readWaitingStep(name);
    if (step === undefined) continue;
    page = step.page ?? page;
    const seconds = step.seconds ?? waitSeconds;
    const count = countTimedOut(durationMs, seconds, step.repeats ?? false);
    if (count === 0) continue;
    const key = `${seconds} ${page ?? ''}`;
    const earlier = groups.get(key)?.count ?? 0;
    groups.set(key, { page, seconds, count: earlier + count });
  }
  const all = [...groups.values()].sort((one, other) => lostMsOf(other) - lostMsOf(one));
  if (all.length === 0) return undefined;
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    lostMs: all.reduce((sum, each) => sum + lostMsOf(each), 0),
    pages: all.slice(0, maxWaitPages),
  };
}

function lostMsOf({ count, seconds }: WaitsOfPage): number {
  return count * 2 * seconds * 1_000;
}

/** How many waits of a step ran out. One that ends in time takes less than one that runs out, so a step of several has at most so many. */
function countTimedOut(durationMs: number, seconds: number, repeats: boolean): number {
  const eachMs = 2 * seconds * 1_000 + sleepMs;
  if (seconds <= 0 || durationMs + toleranceMs < eachMs) return 0;
  return repeats ? Math.floor((durationMs + toleranceMs) / eachMs) : 1;
}

/** `[stepKey] ` before the name of a step. */
const stepKey = /^\[[\w.-]{0,255}\] /;
const plainWait = /^wait for (?:page|ajax) load ?(\d{1,6}(?:\.\d{1,6})?)?$/;
const openPage = /^am on page (.*)$/;
const openUrl = /^am on url (.*)$/;
/** Each option of these is waited for three times. */
const severalWaits = /^(?:search and multi select option|select multiple options) /;

/** The steps that wait for jQuery (read in MagentoWebDriver, 3.8); `undefined` for others. `am on url` opens a page without a wait. */
function readWaitingStep(name: string): WaitingStep | undefined {
  const words = name.replace(stepKey, '').trim();
  const wait = plainWait.exec(words);
  if (wait) return { seconds: wait[1] === undefined ? undefined : Number(wait[1]) };
  const opened = openPage.exec(words)?.[1];
  if (opened !== undefined) return { seconds: undefined, page: withoutQuotes(opened) };
  const url = openUrl.exec(words)?.[1];
  if (url !== undefined) return { seconds: 0, page: withoutQuotes(url) };
  return severalWaits.test(words) ? { seconds: undefined, repeats: true } : undefined;
}

function withoutQuotes(argument: string): string {
  return argument.replace(/^"|"$/g, '');
}
