import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { type Child, startChild } from '../support/child.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';

interface Note {
  action: string;
  fence: number;
  run: number;
  pid: number;
}

const codes = ['a', 'b', 'c', 'd'];
const runsOfEach = 12;

let testDatabase: TestDatabase;
let folder: string;
let children: Child[] = [];
beforeEach(async () => {
  testDatabase = await openTestDatabase('postgres');
  folder = await mkdtemp(join(tmpdir(), 'matre-notes-'));
});
afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()));
  children = [];
  await testDatabase.close();
  await rm(folder, { recursive: true });
});

it('invariants 1 to 4 hold among processes that claim and are killed', async () => {
  const { database, url = '' } = testDatabase;
  const runs = createRuns({ database });
  const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  const ids = new Map<string, number[]>();
  for (const code of codes) {
    const { id: environmentId } = await environments.create(newEnvironment(code));
    const requests = Array.from({ length: runsOfEach }, () => ({
      environmentId,
      selection: emptySelection,
      requestedBy: 'test',
    }));
    ids.set(
      code,
      (await runs.insert(requests)).map(({ id }) => id),
    );
  }

  const start = () => {
    const child = startChild(new URL('./claim-process.ts', import.meta.url), [
      url,
      folder,
      `worker-${children.length}`,
    ]);
    children.push(child);
    return child;
  };
  const killed = new Map<number, string>();
  /** The number of finished runs. Also expires the leases of killed processes, whose last claim may arrive late. */
  const finished = async () => {
    await database.query(
      `UPDATE run SET lease_until = now() - interval '5 seconds' WHERE state = 'running' AND worker_id = ANY($1)`,
      [[...killed.values()]],
    );
    const [row] = await database.query<{ count: number }>(
      `SELECT count(*) FROM run WHERE state = 'finished'`,
    );
    return row?.count ?? 0;
  };

  const workers = Array.from({ length: 5 }, start);
  await Promise.all(workers.map((worker) => worker.line()));
  const total = codes.length * runsOfEach;
  // Kills processes at any point, one after the other, each replaced.
  for (const [index, worker] of workers.slice(0, 4).entries()) {
    const before = await finished();
    // On a busy machine all runs may have finished before the last process is killed.
    await waitFor(async () => (await finished()) >= Math.min(before + 4, total));
    await worker.kill();
    killed.set(worker.pid, `worker-${index}`);
    start();
  }
  await waitFor(async () => (await finished()) === total);
  const survivors = children.filter((child) => !killed.has(child.pid));
  expect(await Promise.all(survivors.map((child) => child.exited))).toEqual(survivors.map(() => 0));

  for (const [code, expected] of ids) {
    const notes = (await readFile(join(folder, code), 'utf8'))
      .trim()
      .split('\n')
      .map((line): Note => JSON.parse(line));
    expectNoOverlap(notes, killed);

    // Invariant 2: started in the order of submission, regardless of retries.
    const order = notes.filter(({ action }) => action === 'start').map(({ run }) => run);
    expect(order.filter((run, index) => run !== order[index - 1])).toEqual(expected);
  }

  const results = createResults({ database });
  for (const id of [...ids.values()].flat()) {
    // Invariant 3.
    expect(await runs.get(id)).toMatchObject({ state: 'finished', verdict: 'passed', counts: { passed: 3 } });
    // Invariant 4: one trustworthy result for each test, over all attempts.
    const trustedResults = (await results.list(id)).filter(({ reason }) => reason === undefined);
    expect(trustedResults.map(({ test }) => test)).toEqual(['A', 'B', 'C']);
  }
});

/** Invariant 1: between start and end of a claim no other process acts, unless its process was killed. */
function expectNoOverlap(notes: Note[], killed: ReadonlyMap<number, string>): void {
  let current: Note | undefined;
  let fence = 0;
  for (const note of notes) {
    if (note.action === 'start') {
      if (current) expect([...killed.keys()]).toContain(current.pid);
      expect(note.fence).toBeGreaterThan(fence);
      fence = note.fence;
      current = note;
    } else {
      expect(note).toMatchObject({ fence: current?.fence, run: current?.run, pid: current?.pid });
      if (note.action === 'end') current = undefined;
    }
  }
}
