import type { Environment } from '../../model/environment.ts';
import { runToken } from '../../model/run-token.ts';
import type { InspectedContainer } from '../../pool/inspect.ts';
import type { CheckContext } from '../check-context.ts';

/** A container and the environment that it belongs to. */
export interface OwnContainer extends InspectedContainer {
  environment: Environment;
  /** Those of `processes` that belong to no run under way. */
  left: string[];
}

/** What was seen of the containers, for the checks of one examination: each look costs the engine a process. */
const seen = new WeakMap<CheckContext, Promise<OwnContainer[]>>();

/** The containers of the examined environments, looked into. `anew` after something was mended. */
export function containersOf(checkContext: CheckContext, anew = false): Promise<OwnContainer[]> {
  const known = anew ? undefined : seen.get(checkContext);
  if (known) return known;
  const looking = look(checkContext);
  seen.set(checkContext, looking);
  return looking;
}

async function look({ environments, containers, runningClaims }: CheckContext): Promise<OwnContainer[]> {
  const { inspection: examination } = await containers();
  const byId = new Map(environments.map((environment) => [environment.id, environment]));
  // Before and after: a run may end or start in between.
  const before = await runningClaims();
  const found = await examination.examine(new Set(byId.keys()));
  const current = new Set([...before, ...(await runningClaims())].map(runToken));
  return found.flatMap((container) => {
    const environment = byId.get(container.environmentId);
    const left = container.processes.filter((token) => !current.has(token));
    return environment ? [{ ...container, environment, left }] : [];
  });
}

/** Makes a container what it should be, unless a run has it. */
export async function repairContainer(checkContext: CheckContext, container: OwnContainer): Promise<string> {
  const { inspection: examination } = await checkContext.containers();
  const done = await examination.repair(container.environment, container.slot);
  void containersOf(checkContext, true).catch(() => {});
  if (done === undefined) return `${container.name} is in use; it is mended before the next run.`;
  if (done.length === 0) return `${container.name} is well again.`;
  return done.map(({ message }) => message).join(' ');
}
