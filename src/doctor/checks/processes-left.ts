import { type Check, type Finding, orWell, problem } from '../check.ts';
import { containersOf, mendContainer } from '../probes/containers.ts';

/** Processes of a run that is over. The next run ends them as well, before anything else. */
export const processesLeft: Check = {
  name: 'processes-left',
  looksAt: 'the supervised processes in each container, compared with the run that has its environment now',
  seenAs: ['processes from an earlier run are still alive'],
  codes: ['PROCESSES_LEFT'],
  fix: 'ends those of ours, in containers that no run uses',

  async look(examined) {
    const seen = await containersOf(examined);
    // A run may have started and ended while its container was looked into: what is left is still there the next time.
    const again = seen.some(({ left }) => left.length > 0) ? await containersOf(examined, true) : seen;
    const problems = again.flatMap((container): Finding[] => {
      const { name, left, environment } = container;
      if (left.length === 0) return [];
      return [
        problem('PROCESSES_LEFT', `Processes of ${left.join(', ')} are still alive in ${name}.`, {
          about: environment.code,
          remedy: `matre doctor --env ${environment.code} --fix, or nothing: the next run ends them.`,
          heal: () => mendContainer(examined, container),
        }),
      ];
    });
    return orWell(problems, `In ${again.length} containers there is no process of an earlier run.`);
  },
};
