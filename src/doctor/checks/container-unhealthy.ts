import { type Check, problem, problemsOrOk } from '../check.ts';
import { inspectContainers, repairContainer } from '../probes/containers.ts';

/** What operators would inspect by hand with `docker inspect` and `docker exec`. */
export const containerUnhealthy: Check = {
  name: 'container-unhealthy',
  labels: {
    subject: 'the health of containers',
    ok: 'containers are healthy',
    problem: 'the container is unhealthy',
  },
  description:
    'each container from inside: that _generated is a writable tmpfs, and no mount shows a deleted folder',
  symptoms: [
    'the first test fails with a missing _generated file',
    'file_get_contents(.../_generated/default/...Cest.php): Failed to open stream',
    "can't open '.../Cron/data/.env.<code>': a mount that shows an old, empty folder",
  ],
  codes: ['CONTAINER_UNHEALTHY'],
  fix: 'replaces those that no run uses',

  async run(context) {
    const containers = await inspectContainers(context);
    const running = containers.filter(({ state }) => state === 'running');
    const problems = running.flatMap((container) => {
      const { name, stale, problem: diagnosis, environment } = container;
      // A stale container is reported by another check: it was created for a different specification.
      if (diagnosis === undefined || stale !== undefined) return [];
      return problem('CONTAINER_UNHEALTHY', `${name}: ${diagnosis}.`, {
        about: environment.code,
        remedy: `matre doctor --env ${environment.code} --fix, or nothing: the next run replaces it.`,
        repair: () => repairContainer(context, container),
      });
    });
    const stopped = containers.length - running.length;
    return problemsOrOk(
      problems,
      `${running.length} running containers are healthy, with _generated as a tmpfs${stopped > 0 ? `; ${stopped} are stopped, and are started by their next run` : ''}.`,
    );
  },
};
