import type { Status, Step } from '../../model/result.ts';

/** A step with the time when it and its own steps ended. Milliseconds since 1970. */
export interface TimedStep {
  step: Step;
  start: number | undefined;
  stop: number | undefined;
}

/**
 * A step of an Allure file. MFTF reports an action group as a step that ends at once, followed by its steps (3.8: 10 ms for a group
 * that takes 30 s), so a step with steps lasts until the last of them ends.
 */
export function timedStep(raw: {
  name: string;
  status: Status;
  start: number | null | undefined;
  stop: number | null | undefined;
  attachments: Step['attachments'];
  children: TimedStep[];
}): TimedStep {
  const { name, status, attachments, children } = raw;
  const start = earliest([raw.start, ...children.map((child) => child.start)]);
  const stop = latest([raw.stop, ...children.map((child) => child.stop)]);
  const durationMs = start === undefined || stop === undefined ? 0 : Math.max(0, stop - start);
  const steps = children.map(({ step }) => step);
  return { step: { name, status, startedAt: start, durationMs, attachments, steps }, start, stop };
}

function earliest(times: (number | null | undefined)[]): number | undefined {
  return times.reduce<number | undefined>(
    (first, time) => (time != null && (first === undefined || time < first) ? time : first),
    undefined,
  );
}

function latest(times: (number | null | undefined)[]): number | undefined {
  return times.reduce<number | undefined>(
    (last, time) => (time != null && (last === undefined || time > last) ? time : last),
    undefined,
  );
}

/** MFTF reports the call of a helper as a comment with its class and method, which passes before the helper runs. */
const helperCall = /^(?:\[[\w.-]*\] )?\\?(?:\w+\\)+\w+::\w+\(\)/;

/**
 * The steps of a test with an exception. When no step failed, the exception was thrown within the helper that was called last, so
 * that call is the step that failed.
 */
export function withFailedHelper(steps: Step[]): Step[] {
  if (steps.some(hasFailed)) return steps;
  return markLast(steps) ?? steps;
}

function hasFailed({ status, steps }: Step): boolean {
  return status === 'failed' || status === 'broken' || steps.some(hasFailed);
}

/** The steps with the last one failed, if it is the call of a helper; the groups around it fail with it. */
function markLast(steps: Step[]): Step[] | undefined {
  const last = steps.at(-1);
  if (last === undefined) return undefined;
  if (last.steps.length === 0) {
    if (!helperCall.test(last.name)) return undefined;
    return [...steps.slice(0, -1), { ...last, status: 'failed' }];
  }
  const children = markLast(last.steps);
  return children && [...steps.slice(0, -1), { ...last, status: 'failed', steps: children }];
}
