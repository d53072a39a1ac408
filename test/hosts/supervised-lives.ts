import type { Engine } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import { journalPath } from '../../src/engine/supervised.ts';
import { poolLabels } from '../../src/pool/specification.ts';
import type { Lifetime } from '../faults/evidence.ts';

/**
 * When test processes ran, as the supervisors in the containers of an engine wrote it down: from the start of a command until
 * nothing of it was left. Their clock is that of the machine, and so the same on all hosts of a test.
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

/** In the order of their starts. Of a supervisor that was killed only the start is known. */
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
