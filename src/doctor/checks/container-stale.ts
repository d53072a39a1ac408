import { type Check, problem, problemsOrOk } from '../check.ts';
import { inspectContainers, repairContainer } from '../probes/containers.ts';

/** Containers of an older image or configuration. A run replaces its own before it starts; this finds them earlier. */
export const containerStale: Check = {
  name: 'container-stale',
  labels: {
    subject: 'the age of containers',
    ok: 'containers are up to date',
    problem: 'the container is stale',
  },
  description:
    'the image, specification and mounts of each container, compared with the current configuration',
  symptoms: [
    'stale containers after code or configuration changes',
    'a container that still shows an old folder, or runs an old image',
  ],
  codes: ['CONTAINER_STALE'],
  fix: 'replaces those that no run uses',

  async run(context) {
    const containers = await inspectContainers(context);
    const problems = containers.flatMap((container) => {
      const { name, stale, environment } = container;
      if (stale === undefined) return [];
      return problem('CONTAINER_STALE', `${name} is stale: ${stale}. It is replaced before its next run.`, {
        about: environment.code,
        remedy: `matre doctor --env ${environment.code} --fix, or nothing: the next run replaces it.`,
        repair: () => repairContainer(context, container),
      });
    });
    return problemsOrOk(problems, `${containers.length} containers match their specification.`);
  },
};
