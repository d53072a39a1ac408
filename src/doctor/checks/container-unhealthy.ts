import { type Check, problem, problemsOrOk } from '../check.ts';
import { inspectContainers, repairContainer } from '../probes/containers.ts';

/** What operators look at by hand with `docker inspect` and `docker exec`. */
export const containerUnhealthy: Check = {
  name: 'container-unhealthy',
  description:
    'each container from inside: _generated is a tmpfs and can be written, no mount shows a deleted folder',
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
      const { name, stale, problem: ailment, environment } = container;
      // A stale one is another check's: what it should look like inside is not what it was made for.
      if (ailment === undefined || stale !== undefined) return [];
      return problem('CONTAINER_UNHEALTHY', `${name}: ${ailment}.`, {
        about: environment.code,
        remedy: `matre doctor --env ${environment.code} --fix, or nothing: the next run replaces it.`,
        repair: () => repairContainer(context, container),
      });
    });
    const rest = containers.length - running.length;
    return problemsOrOk(
      problems,
      `${running.length} containers run and are ok, _generated being a tmpfs in each${rest > 0 ? `; ${rest} are stopped, and started by their next run` : ''}.`,
    );
  },
};
