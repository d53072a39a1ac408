import type { LaneView, LatestView } from '#src/operations/overview/overview-view.ts';

/** An environment whose newest finished run failed or is broken. */
export interface FailingLane {
  lane: LaneView;
  latest: LatestView;
}

/** Environments whose newest runs have the same cause. */
export interface FailureGroup {
  key: string;
  verdict: 'failed' | 'broken';
  /** The newest first; at least one. */
  members: [FailingLane, ...FailingLane[]];
}

/** Groups the failing environments by cause: those with new failures first, then the causes of most environments, then the newest. */
export function groupFailures(lanes: readonly LaneView[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  const failing = lanes
    .flatMap((lane) => (lane.latest && lane.latest.verdict !== 'passed' ? { lane, latest: lane.latest } : []))
    .sort((one, other) => Date.parse(other.latest.finishedAt) - Date.parse(one.latest.finishedAt));
  for (const member of failing) {
    const { id, verdict, reason, failure } = member.latest;
    // A failure without a message has no cause that others could share.
    const cause = reason?.code ?? (failure?.cause || `run ${id}`);
    const key = `${verdict} ${cause}`;
    const group = groups.get(key);
    if (group) group.members.push(member);
    else groups.set(key, { key, verdict: verdict === 'failed' ? 'failed' : 'broken', members: [member] });
  }
  return [...groups.values()].sort(
    (one, other) => Number(isNew(other)) - Number(isNew(one)) || other.members.length - one.members.length,
  );
}

/** Whether a test failed that passed before. */
export const isNew = ({ members }: FailureGroup): boolean =>
  members.some(({ latest }) => (latest.failure?.newFailures ?? 0) > 0);
