import { Fault, toFault } from '../../faults/fault.ts';
import type { Reason } from '../../model/run.ts';
import type { TimedOutWaits } from '../../model/timed-out-waits.ts';
import type { Recorder } from '../../queue/recorder.ts';
import type { Redactor } from './redactor.ts';

/** A recorder whose results and events have no secrets: messages come from files and answers that tests may have put them in. */
export function redactRecorder(recorder: Recorder, redactor: Pick<Redactor, 'textInTurns'>): Recorder {
  const hide = redactor.textInTurns;
  return {
    ...recorder,
    async result(result) {
      const { message, reason, steps } = result;
      await recorder.result({
        ...result,
        message: message && (await hide(message)),
        reason: reason && { ...reason, message: await hide(reason.message) },
        steps: steps && {
          ...steps,
          failed: steps.failed && { ...steps.failed, title: await hide(steps.failed.title) },
          ...(steps.waits && { waits: await redactWaits(steps.waits, hide) }),
        },
      });
    },
    event: async (event) => recorder.event({ ...event, message: await hide(event.message) }),
    hooks: {
      ...recorder.hooks,
      end: async (end) => recorder.hooks.end({ ...end, message: end.message && (await hide(end.message)) }),
    },
  };
}

/** The pages of waits may have secrets in their addresses. */
async function redactWaits(
  waits: TimedOutWaits,
  hide: (text: string) => Promise<string>,
): Promise<TimedOutWaits> {
  const pages = [];
  for (const { page, ...each } of waits.pages) {
    pages.push({ page: page === undefined ? undefined : await hide(page), ...each });
  }
  return { ...waits, pages };
}

/** The reason without secrets. */
export function redactReason(reason: Reason, redactor: Pick<Redactor, 'text'>): Reason {
  return { ...reason, message: redactor.text(reason.message) };
}

/** The error as a fault without secrets. One that has some, or whose cause has, keeps neither its cause nor its stack. */
export function redactFault(error: unknown, redactor: Pick<Redactor, 'text'>): Fault {
  const fault = toFault(error);
  const cause = fault.cause instanceof Error ? `${fault.cause.message}\n${fault.cause.stack}` : '';
  const details = `${fault.message}\n${cause}`;
  return redactor.text(details) === details ? fault : new Fault(fault.code, redactor.text(fault.message));
}
