import type { Environment } from '../../model/environment.ts';
import { runToken, runTokenOf } from '../../model/run-token.ts';
import type { CheckContext, OwnContainer } from '../check-context.ts';

/**
 * The containers of the checked environments, inspected once for all checks; `refresh` inspects them again, after a repair for
 * example. Errors: as of `CheckContext.containers` and the engine.
 */
export function inspectContainers(context: CheckContext, { refresh = false } = {}): Promise<OwnContainer[]> {
  const { inspections } = context;
  if (refresh || !inspections.containers) inspections.containers = inspect(context);
  return inspections.containers;
}

async function inspect({ environments, containers, runningClaims }: CheckContext): Promise<OwnContainer[]> {
  const { inspection } = await containers();
  const byId = new Map(
    environments.map((environment): [number, Environment] => [environment.id, environment]),
  );
  // The claims before and after: a run may end or start in between.
  const claimsBefore = await runningClaims();
  const inspected = await inspection.examine(new Set(byId.keys()));
  const current = new Set([...claimsBefore, ...(await runningClaims())].map(runToken));
  return inspected.flatMap((container) => {
    const environment = byId.get(container.environmentId);
    const leftTokens = container.processes.filter((token) => !current.has(runTokenOf(token)));
    return environment ? [{ ...container, environment, leftTokens }] : [];
  });
}

/** Repairs a container unless a run uses it, and returns in a sentence what was done. Errors: those of the engine. */
export async function repairContainer(context: CheckContext, container: OwnContainer): Promise<string> {
  const { inspection } = await context.containers();
  const repairs = await inspection.repair(container.environment, container.slot);
  void inspectContainers(context, { refresh: true }).catch(() => {});
  if (repairs === undefined) return `${container.name} is in use; the next run repairs it before it begins.`;
  if (repairs.length === 0) return `${container.name} needs no repair any more.`;
  return repairs.map(({ message }) => message).join(' ');
}
