import type { ContainerInfo, Engine } from '../engine/engine.ts';
import { admitFence } from '../engine/supervised.ts';
import { type FaultCode, isFault } from '../faults/fault.ts';
import type { ExpectedContainer } from './create-container.ts';
import { clearEarlierRuns, diagnose } from './health.ts';
import type { ReportEvent } from './pool-event.ts';
import { staleReason } from './staleness.ts';

/** Why a container has to be replaced. `reason` follows the word "because". */
export interface Problem {
  code: 'CONTAINER_STALE' | 'CONTAINER_UNHEALTHY' | 'CONTAINER_VANISHED';
  reason: string;
}

/** What a run asks of its container. */
export interface ContainerNeeds {
  /** Files in the container, by absolute path, that must exist and not be empty. */
  requiredFiles?: string[];
  /**
   * The fence of the run; afterwards the container starts nothing for an older one. `assertHeld` is called when the container
   * knows a newer fence, and rejects if there really is one. Otherwise the database was restored from a backup, and the
   * container is replaced.
   */
  fence?: { number: number; assertHeld(): Promise<void> } | undefined;
}

/** Faults that mean a broken container, rather than a broken engine. */
const containerFaults: FaultCode[] = ['CONTAINER_VANISHED', 'ENGINE_FAILED', 'OUT_OF_MEMORY'];

/**
 * Makes a container usable for a run: starts it, admits the fence, kills processes of earlier runs and checks it from inside.
 * Returns the first problem that only a replacement solves; `undefined` when it is usable. Errors: ENGINE_UNREACHABLE, and
 * those of `fence.assertHeld`.
 */
export async function makeUsable(
  engine: Engine,
  info: ContainerInfo,
  expected: ExpectedContainer,
  needs: ContainerNeeds,
  report: ReportEvent,
): Promise<Problem | undefined> {
  const stale = staleReason(info, expected.spec, expected.imageId);
  if (stale) return { code: 'CONTAINER_STALE', reason: stale };
  try {
    if (info.state !== 'running') {
      await engine.start(info.id);
      await report({ code: 'CONTAINER_STARTED', message: `${info.name} was stopped and was started again.` });
    }
    return (
      (await admitRunFence(engine, info, needs)) ??
      (await killEarlierRuns(engine, info, report)) ??
      (await checkHealth(engine, info, expected, needs))
    );
  } catch (error) {
    if (!isFault(error, ...containerFaults)) throw error;
    const code = isFault(error, 'CONTAINER_VANISHED') ? 'CONTAINER_VANISHED' : 'CONTAINER_UNHEALTHY';
    return { code, reason: `it does not answer (${error.message})` };
  }
}

/** Admits the fence of the run. The problem: the container knows a newer one. */
async function admitRunFence(
  engine: Engine,
  { id }: ContainerInfo,
  { fence }: ContainerNeeds,
): Promise<Problem | undefined> {
  if (!fence || (await admitFence(engine, id, fence.number))) return undefined;
  await fence.assertHeld();
  return { code: 'CONTAINER_STALE', reason: 'it knows a newer fence than the database' };
}

/** Kills what earlier runs left, with an event. The problem: processes that cannot be killed. */
async function killEarlierRuns(
  engine: Engine,
  { id, name }: ContainerInfo,
  report: ReportEvent,
): Promise<Problem | undefined> {
  const { tokens, cleared } = await clearEarlierRuns(engine, id);
  if (!cleared) {
    return { code: 'CONTAINER_UNHEALTHY', reason: `processes of ${tokens.join(', ')} cannot be killed` };
  }
  if (tokens.length > 0) {
    const message = `Processes that ${tokens.join(', ')} left in ${name} were killed.`;
    await report({ code: 'LEFTOVERS_CLEARED', message });
  }
  return undefined;
}

/** Checks the container from inside. The problem: the first check that fails. */
async function checkHealth(
  engine: Engine,
  { id }: ContainerInfo,
  { spec }: ExpectedContainer,
  { requiredFiles = [] }: ContainerNeeds,
): Promise<Problem | undefined> {
  const reason = await diagnose(engine, id, spec, requiredFiles);
  return reason === undefined ? undefined : { code: 'CONTAINER_UNHEALTHY', reason };
}
