import { type Check, type Finding, problem, problemsOrOk } from '../check.ts';
import { inspectContainers, repairContainer } from '../probes/containers.ts';

/** Processes of a run that is over. The next run ends them too, before anything else. */
export const processesLeft: Check = {
  name: 'processes-left',
  labels: {
    subject: 'the test processes',
    ok: 'no test process is left over',
    problem: 'test processes are left over',
  },
  description: 'the supervised processes in each container, compared with the run that executes there now',
  symptoms: ['processes from an earlier run are still alive'],
  codes: ['PROCESSES_LEFT'],
  fix: 'ends our processes in containers that no run uses',

  async run(context) {
    const first = await inspectContainers(context);
    // A run may have started and ended during the inspection. Processes that are really left over are still there the second time.
    const suspicious = first.some(({ leftTokens }) => leftTokens.length > 0);
    const containers = suspicious ? await inspectContainers(context, { refresh: true }) : first;
    const problems = containers.flatMap((container): Finding[] => {
      const { name, leftTokens, environment } = container;
      if (leftTokens.length === 0) return [];
      return [
        problem('PROCESSES_LEFT', `Processes of ${leftTokens.join(', ')} are still alive in ${name}.`, {
          about: environment.code,
          remedy: `matre doctor --env ${environment.code} --fix, or nothing: the next run ends them.`,
          repair: () => repairContainer(context, container),
        }),
      ];
    });
    return problemsOrOk(problems, `${containers.length} containers have no process of an earlier run.`);
  },
};
