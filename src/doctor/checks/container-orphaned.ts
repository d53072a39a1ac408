import { type Check, problem, problemsOrOk } from '../check.ts';

/** Containers of environments and slots that are no more. Every run removes them when it ends. */
export const containerOrphaned: Check = {
  name: 'container-orphaned',
  description: 'our containers, for those whose environment or slot was removed',
  symptoms: ['containers of environments that no longer exist'],
  codes: ['CONTAINER_ORPHANED'],
  fix: 'removes those that no run uses',

  async run({ allEnvironments, containers }) {
    const { pool } = await containers();
    // In this order, so that the container of a new environment is not among them.
    const list = await pool.list();
    const slots = new Map((await allEnvironments()).map(({ id, slots }) => [id, slots]));
    const orphans = list.filter(({ environmentId, slot }) => slot > (slots.get(environmentId) ?? 0));
    const problems = orphans.map(({ name }) =>
      problem('CONTAINER_ORPHANED', `${name} belongs to an environment or slot that was removed.`, {
        about: name,
        async repair() {
          const removed = await pool.prune(allEnvironments);
          return removed.length > 0
            ? `${removed.join(', ')} removed.`
            : 'A run still uses it, or it is gone already.';
        },
      }),
    );
    return problemsOrOk(problems, 'Every container belongs to an environment.');
  },
};
