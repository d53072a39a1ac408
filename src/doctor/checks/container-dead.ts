import { toFault } from '../../faults/fault.ts';
import { type Check, problem, problemsOrOk } from '../check.ts';

/** Containers that the engine could not remove. The pool has replaced them. */
export const containerDead: Check = {
  name: 'container-dead',
  labels: {
    subject: 'the removal of containers',
    ok: 'every container could be removed',
    problem: 'the engine cannot remove a container',
  },
  description:
    'our containers: whether the engine failed to remove one, because its file system is mounted, for example',
  symptoms: [
    'driver "overlay2" failed to remove root filesystem: ... device or resource busy',
    'containers in the state Dead',
  ],
  codes: ['CONTAINER_DEAD'],
  fix: 'tries again to remove them',

  async run({ containers }) {
    const { pool } = await containers();
    const problems = (await pool.listDead()).map((container) =>
      problem('CONTAINER_DEAD', `${container.name}: ${container.reason || 'the engine gave no reason'}`, {
        about: container.name,
        async repair() {
          try {
            await pool.removeDead(container);
            return `Removed ${container.name}.`;
          } catch (error) {
            return `It still cannot be removed: ${toFault(error).message}`;
          }
        },
      }),
    );
    return problemsOrOk(problems, 'No container is left that the engine could not remove.');
  },
};
