import { freeSpace } from '../../artifacts/free-space.ts';
import { withTimeout } from '../../async/timeout.ts';
import { minFreeBytes } from '../../doctor/checks/disk-full.ts';
import { faults, isFault, toFault } from '../../faults/fault.ts';
import type { AlertCondition, AlertObservation } from '../../model/alert.ts';

/** A disk is no alert any more when it has this many times the space below which it is one. */
const enoughFactor = 1.2;

/**
 * The disk of a folder, as the doctor measures it. `source`: of the data folder its id, so that processes that share the folder are one
 * source; of the folder for temporary files the host.
 */
export async function observeDisk(
  { folder, source, host }: { folder: string; source: string; host: string },
  measure: typeof freeSpace = freeSpace,
): Promise<AlertObservation> {
  const endReason = 'There is enough space again.';
  const observation = { source: `disk-full@${source}`, kind: 'disk-full' as const, endReason };
  const { tooLittle } = await measure(folder, minFreeBytes);
  if (tooLittle === undefined) {
    const isClose = (await measure(folder, minFreeBytes * enoughFactor)).tooLittle !== undefined;
    return { ...observation, present: [], undecided: isClose ? ['disk'] : [] };
  }
  const condition: AlertCondition = {
    key: 'disk',
    subject: `${host} ${folder}`,
    message: `A disk of ${host} is almost full: ${tooLittle}. Runs there end as broken with DISK_FULL.`,
    action: `On ${host}: df -h ${folder}; docker system df; matre doctor --fix removes what no run needs. Then free space, or move MATRE_DATA to a larger disk.`,
    page: '/doctor',
  };
  return { ...observation, present: [condition], undecided: [] };
}

/** Whether the container engine of this host answers. One that hangs is as bad as one that is gone. */
export async function observeEngine({
  host,
  timeoutMs,
  engineAnswers,
}: {
  host: string;
  timeoutMs: number;
  engineAnswers(): Promise<unknown>;
}): Promise<AlertObservation> {
  const endReason = 'The container engine answers again.';
  const observation = {
    source: `engine-unreachable@${host}`,
    kind: 'engine-unreachable' as const,
    endReason,
  };
  const alert = (reason: string): AlertObservation => ({
    ...observation,
    present: [
      {
        key: host,
        subject: host,
        message: `The container engine of ${host} does not answer, so no run starts there: ${reason}`,
        action: faults.ENGINE_UNREACHABLE.remedy,
        page: '/doctor',
      },
    ],
    undecided: [],
  });
  try {
    return await withTimeout(
      timeoutMs,
      async (): Promise<AlertObservation> => {
        await engineAnswers();
        return { ...observation, present: [], undecided: [] };
      },
      () => alert(`no answer within ${timeoutMs / 1000} s.`),
    );
  } catch (error) {
    if (isFault(error, 'ENGINE_UNREACHABLE', 'ENGINE_FAILED')) return alert(toFault(error).message);
    // The database, or a setting: another alert is about that.
    return { ...observation, present: [], undecided: 'others' };
  }
}
