import { type Check, type Finding, orOk, problem } from '../check.ts';
import { containersOf, repairContainer } from '../probes/containers.ts';

/** Processes of a run that is over. The next run ends them as well, before anything else. */
export const processesLeft: Check = {
  name: 'processes-left',
  description:
    'the supervised processes in each container, compared with the run that has its environment now',
  symptoms: ['processes from an earlier run are still alive'],
  codes: ['PROCESSES_LEFT'],
  fix: 'ends those of ours, in containers that no run uses',

  async look(checkContext) {
    const seen = await containersOf(checkContext);
    // A run may have started and ended while its container was looked into: what is left is still there the next time.
    const again = seen.some(({ left }) => left.length > 0) ? await containersOf(checkContext, true) : seen;
    const problems = again.flatMap((container): Finding[] => {
      const { name, left, environment } = container;
      if (left.length === 0) return [];
      return [
        problem('PROCESSES_LEFT', `Processes of ${left.join(', ')} are still alive in ${name}.`, {
          about: environment.code,
          remedy: `matre doctor --env ${environment.code} --fix, or nothing: the next run ends them.`,
          repair: () => repairContainer(checkContext, container),
        }),
      ];
    });
    return orOk(problems, `In ${again.length} containers there is no process of an earlier run.`);
  },
};
