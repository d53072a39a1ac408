import { isDatabaseOutage } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import type { Notice, NotSent, PlannedMessage } from '../../model/message.ts';
import type { MessagePlans } from '../../store/tables/message-plans.ts';
import { placeMessage } from './place-message.ts';

/** Notices that are read at a time. */
const maxNotices = 100;
/** A notice that cannot be planned must not be tried without end. */
const maxTries = 3;

/** What is to be sent about a notice. */
export interface NoticePlan {
  messages: PlannedMessage[];
  notSent: NotSent[];
}

export interface PlannerDependencies {
  /** The oldest notices that were not planned. */
  unplanned(limit: number): Promise<Notice[]>;
  plans: MessagePlans;
  /** Reads the rules and channels, for some notices. */
  readRules(): Promise<{
    plan(notice: Notice): Promise<NoticePlan>;
    /** Whether a post on the channel can be edited. */
    canEdit(channelId: number): boolean;
  }>;
  log: Logger;
}

export interface Planner {
  /** Plans all notices in their order. Errors: those of the database. */
  pass(signal: AbortSignal): Promise<void>;
}

/**
 * Decides which messages announce a notice. Any number of processes may do so: each notice is planned once, and those of a submission in
 * their order.
 */
export function createPlanner({ unplanned, plans, readRules, log }: PlannerDependencies): Planner {
  /** Failures in a row, by notice. */
  const failures = new Map<number, number>();

  async function planOne(notice: Notice, rules: Awaited<ReturnType<typeof readRules>>): Promise<void> {
    if (await isSuperfluous(notice)) return plans.skip([notice.id]);
    const plan = await rules.plan(notice);
    await plans.store(notice, plan, (planned, thread) =>
      placeMessage(planned, thread, {
        canEdit: rules.canEdit(planned.channelId),
        runId: notice.runId,
        submissionId: notice.submissionId,
      }),
    );
  }

  /** True for progress of a submission without messages: there is nothing to update. */
  async function isSuperfluous({ kind, submissionId }: Notice): Promise<boolean> {
    if (kind !== 'run-finished' && kind !== 'submission-progress') return false;
    return submissionId === undefined || !(await plans.hasMessages(submissionId));
  }

  /** Counts a failure; after some of them the notice is left out. */
  async function recordFailure(notice: Notice, error: unknown): Promise<void> {
    if (isDatabaseOutage(error)) throw error;
    const count = (failures.get(notice.id) ?? 0) + 1;
    log.error(
      { err: error, notice: notice.id, kind: notice.kind, tries: count },
      'A notice could not be planned',
    );
    if (count < maxTries) {
      failures.set(notice.id, count);
      return;
    }
    failures.delete(notice.id);
    await plans.skip([notice.id]);
  }

  return {
    async pass(signal) {
      for (;;) {
        const notices = await unplanned(maxNotices);
        if (notices.length === 0) failures.clear();
        const rules = notices.length > 0 ? await readRules() : undefined;
        const tries = failures.size;
        for (const notice of rules ? notices : []) {
          if (signal.aborted) return;
          await planOne(notice, rules as NonNullable<typeof rules>).catch((error) =>
            recordFailure(notice, error),
          );
        }
        // Those that failed are tried again in the next pass.
        if (notices.length < maxNotices || failures.size > tries) return;
      }
    },
  };
}
