import type { Environment } from '../../src/model/environment.ts';
import type { Run } from '../../src/model/run.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { Claim, Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import type { Environments } from '../../src/store/tables/environments.ts';
import type { Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { newEnvironment } from '../support/samples.ts';

/** What tests of a queue do with it. `opened`: the parts, once they are open. */
export function createQueueTools(
  opened: () => { database: Database; environments: Environments; runs: Runs; queue: Queue },
) {
  const create = (code: string) => opened().environments.create(newEnvironment(code));
  const submit = async (environment: Environment, priority = 0): Promise<Run> => {
    const [run] = await opened().runs.insert([
      { environmentId: environment.id, selection: emptySelection, priority, requestedBy: 'test' },
    ]);
    if (!run) throw new Error('no run');
    return run;
  };
  const claim = async (workerId = 'w', excludeEnvironments: number[] = []): Promise<Claim> => {
    const claimed = await claimOne(opened().queue, workerId, { excludeEnvironments });
    if (!claimed) throw new Error('nothing to claim');
    return claimed;
  };
  /** A claim with a plan. */
  const startWith = async (...tests: string[]) => {
    const claimed = await claim();
    const record = opened().queue.recorder(claimed.run.id, claimed.fence);
    await record.plan(tests.map((name) => ({ name, suite: undefined })));
    return { ...claimed, record };
  };
  const finish = ({ run, fence }: Claim) => opened().queue.finish(run.id, fence, 'passed');
  const expireLease = (run: Run) =>
    opened().database.query(
      `UPDATE run SET lease_until = now() - interval '5 seconds' WHERE id = $1 AND state = 'running'`,
      [run.id],
    );
  const snapshot = async () =>
    Promise.all(
      ['run', 'environment', 'attempt', 'planned_test', 'result', 'run_event'].map((table) =>
        opened().database.query(`SELECT * FROM ${table} ORDER BY 1, 2`),
      ),
    );
  return { create, submit, claim, startWith, finish, expireLease, snapshot };
}

export type QueueTools = ReturnType<typeof createQueueTools>;
