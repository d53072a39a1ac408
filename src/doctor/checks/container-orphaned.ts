import { type Check, problem, problemsOrOk } from '../check.ts';

/** Containers of removed environments and replicas. Every run removes them when it ends. */
export const containerOrphaned: Check = {
  name: 'container-orphaned',
  labels: {
    subject: 'the owners of containers',
    ok: 'every container has its environment',
    problem: 'the environment of a container was removed',
  },
  description: 'our containers: whether the environment or replica of one was removed',
  symptoms: ['containers of environments that no longer exist'],
  codes: ['CONTAINER_ORPHANED'],
  fix: 'removes those that no run uses',

  async run({ allEnvironments, containers }) {
    const { pool } = await containers();
    // The containers before the environments, so that the container of a new environment does not count as orphaned.
    const present = await pool.list();
    const replicas = new Map((await allEnvironments()).map(({ id, slots }) => [id, slots]));
    const orphans = present.filter(({ environmentId, slot }) => slot > (replicas.get(environmentId) ?? 0));
    const problems = orphans.map(({ name }) =>
      problem('CONTAINER_ORPHANED', `${name} belongs to an environment or replica that was removed.`, {
        about: name,
        async repair() {
          const removed = await pool.prune(allEnvironments);
          return removed.length > 0
            ? `Removed ${removed.join(', ')}.`
            : 'Nothing removed: a run still uses the container, or it was removed meanwhile.';
        },
      }),
    );
    return problemsOrOk(problems, 'Every container belongs to an environment.');
  },
};
