import type { Engine } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { journalPath } from '../../src/engine/supervised.ts';
import { poolLabels } from '../../src/pool/specification.ts';
import type { Lifetime } from '../faults/evidence.ts';

/**
 * The lifetimes of test processes, as the supervisors in the containers of an engine recorded them: from the start of a
 * command until its last process ended. They use the clock of the machine, which is the same on all hosts of a test.
 */
export async function supervisedLifetimes(engine: Engine, installation: string): Promise<Lifetime[]> {
  const lifetimes: Lifetime[] = [];
  for (const { id, labels, state } of await engine.list({ [poolLabels.installation]: installation })) {
    if (state !== 'running') continue;
    const { stdout } = await capture(engine, id, ['cat', journalPath]);
    lifetimes.push(...parseJournal(stdout, Number(labels[poolLabels.environment])));
  }
  return lifetimes;
}

/** In the order of their starts. Only the start of a killed supervisor is known. */
export function parseJournal(journal: string, environmentId: number): Lifetime[] {
  const lifetimes: Lifetime[] = [];
  for (const line of journal.split('\n')) {
    const [word, token = '', seconds] = line.split(' ');
    const [, runId, fence] = /^run-(\d+)-(\d+)$/.exec(token) ?? [];
    if (runId === undefined || fence === undefined) continue;
    const moment = Number(seconds) * 1000;
    const open = lifetimes.findLast(
      (lifetime) => lifetime.runId === Number(runId) && lifetime.fence === Number(fence),
    );
    if (word === 'start') {
      lifetimes.push({
        ...{ environmentId, runId: Number(runId), fence: Number(fence), test: 'a process' },
        ...{ from: moment, to: moment, code: undefined },
      });
    } else if (word === 'end' && open) open.to = moment;
  }
  return lifetimes;
}
