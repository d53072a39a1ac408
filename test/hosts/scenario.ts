import { readSetting } from '../../src/store/tables/settings.ts';
import { type Evidence, gatherEvidence, type Lifetime } from '../faults/evidence.ts';
import { judge, overlaps, type Violation } from '../faults/judge.ts';
import { startLoad } from '../faults/load.ts';
import { createRandom } from '../faults/random.ts';
import { beatMs, pause, retries, shortSettings } from '../faults/stores.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Cut, cutHosts } from './cuts.ts';
import { type HostsHarness, type HostsOptions, openHosts } from './harness.ts';
import { supervisedLifetimes } from './supervised-lives.ts';

export interface ScenarioOptions extends HostsOptions {
  seed: number;
  cuts: number;
  /** Timeout for everything to finish after the last cut. */
  settleMs: number;
  /** How long test processes may outlive a worker, from the moment when they should have noticed. */
  outliveMs: number;
  print(line: string): void;
  /** Keeps logs and journals there. */
  keep?: boolean;
}

export interface HostsVerdict {
  hosts: number;
  cuts: Cut[];
  evidence: Evidence;
  violations: Violation[];
}

/**
 * Puts hosts under load, cuts them off and reconnects them one after the other, waits until everything is finished, and
 * judges.
 */
export async function runScenario(options: ScenarioOptions): Promise<HostsVerdict> {
  const { print, seed } = options;
  const harness = await openHosts(options);
  print(`logs and journals are in ${harness.folder}`);
  let keepFolder = true;
  try {
    const load = startLoad(harness, createRandom(seed));
    await waitFor(async () => new Set((await harness.running()).map(({ pid }) => pid)).size > 1);
    // A log is read while its run executes, from another host.
    await waitFor(async () => (await logsUnderWay(harness)) > 0);
    const cuts = await cutHosts(harness, {
      cuts: options.cuts,
      random: createRandom(seed + 1),
      print: print,
    });
    await load.stop();
    print(`${harness.acknowledged.length} runs were acknowledged`);
    const end = Date.now() + options.settleMs;
    while (Date.now() < end && !(await harness.atRest())) await pause(200);
    const unstoppable = await harness.workers.stop();
    const problems = unstoppable.map(
      (name): Violation => ({ kind: 'harness', message: `${name} did not stop` }),
    );
    const evidence = { ...(await gatherEvidence(harness, harness)), injections: [], stalls: [] };
    const { outliveMs } = options;
    const limits = { deadMs: outliveMs, hungMs: beatMs + outliveMs, retries };
    const violations = [
      ...problems,
      ...judge(evidence, limits),
      ...(await overlapsOfSupervisors(harness)),
      ...(await missingFiles(harness)),
    ];
    keepFolder = options.keep || violations.length > 0;
    return { hosts: harness.hosts.length, cuts, evidence, violations };
  } finally {
    if (keepFolder) print(`${harness.folder} is kept`);
    await harness.close({ keepFolder });
  }
}

/** The same check as for test processes, for the records of the supervisors that end them, on all hosts together. */
async function overlapsOfSupervisors({ hosts, environments, database }: HostsHarness): Promise<Violation[]> {
  const installation = (await readSetting(database, 'installation')) ?? '';
  const lifetimes = (
    await Promise.all(hosts.map(({ engine }) => supervisedLifetimes(engine, installation)))
  ).flat();
  if (lifetimes.length === 0)
    return [{ kind: 'harness', message: 'no supervisor has written anything down' }];
  return environments.flatMap(({ id }) =>
    overlaps(lifetimes.filter((lifetime) => lifetime.environmentId === id).sort((a, b) => a.from - b.from)),
  );
}

async function logsUnderWay({ database }: HostsHarness): Promise<number> {
  const rows = await database.query(
    `SELECT run_id FROM run JOIN file_piece ON run_id = id WHERE state = 'running' AND path = 'run.log'`,
  );
  return rows.length;
}

/**
 * All files that results refer to, and the log of each run, are readable in the shared store, regardless of the host.
 */
async function missingFiles({ database }: HostsHarness): Promise<Violation[]> {
  const rows = await database.query<{ run_id: number; path: string }>(
    `WITH wanted AS (
       SELECT run_id, attachment ->> 'path' AS path
       FROM result CROSS JOIN LATERAL jsonb_array_elements(attachments) AS attachment
       UNION SELECT run_id, 'run.log' FROM attempt
     )
     SELECT * FROM wanted WHERE NOT EXISTS (
       SELECT FROM file_piece WHERE file_piece.run_id = wanted.run_id AND file_piece.path = wanted.path)`,
  );
  return rows.map(({ run_id, path }) => ({ kind: 'file', message: `run ${run_id} has no ${path}` }));
}

/** The final report: the violations, and a last line for programs. */
export function reportHosts({ hosts, cuts, evidence, violations }: HostsVerdict): string {
  const { runs, attempts, lifetimes } = evidence;
  const count = (kind: Violation['kind']) => violations.filter((violation) => violation.kind === kind).length;
  const lostAttempts = attempts.filter(({ outcome }) => outcome === 'lost').length;
  const { longestMs, leastGapMs } = timesOf(cuts, evidence);
  const passed = runs.filter(({ verdict }) => verdict === 'passed').length;
  return [
    `${runs.length} runs in ${attempts.length} attempts, ${passed} passed; ${lifetimes.length} processes judged; ` +
      `${onOwnHost(evidence)} % of the runs started on the host of the one before`,
    `leases of ${shortSettings.MATRE_LEASE}: on a host that stayed cut off, test processes lived on for at most ` +
      `${seconds(longestMs)} s; the next one on another host came at least ${seconds(leastGapMs)} s after their end`,
    ...violations.map(({ kind, message }) => `VIOLATION ${kind}: ${message}`),
    `hosts=${hosts} cuts=${cuts.length} overlaps=${count('overlap')} lost=${count('lost')} ` +
      `doubled=${count('doubled')} late=${count('late-writer')} hit=${cuts.filter(({ affected }) => affected > 0).length} ` +
      `files_missing=${count('file')} taken_over=${lostAttempts} runs=${runs.length} violations=${violations.length}`,
  ].join('\n');
}

const seconds = (ms: number) => (Number.isFinite(ms) ? (ms / 1000).toFixed(1) : '-');

/** How long processes lived on a host that stayed cut off, and how soon others followed them on another host. */
function timesOf(cuts: Cut[], { attempts, lifetimes }: Evidence): { longestMs: number; leastGapMs: number } {
  const pids = new Map(attempts.map(({ fence, runId, pid }) => [`${runId} ${fence}`, pid]));
  const pidOf = ({ runId, fence }: Lifetime) => pids.get(`${runId} ${fence}`);
  let longestMs = 0;
  let leastGapMs = Number.POSITIVE_INFINITY;
  for (const { pid, from, to } of cuts) {
    for (const lifetime of lifetimes.filter(
      (one) => pidOf(one) === pid && one.from <= from && one.to >= from,
    )) {
      if (lifetime.to < to) longestMs = Math.max(longestMs, lifetime.to - from);
      const next = lifetimes.find(
        (one) => one.environmentId === lifetime.environmentId && one.fence > lifetime.fence,
      );
      if (next && pidOf(next) !== pid) leastGapMs = Math.min(leastGapMs, next.from - lifetime.to);
    }
  }
  return { longestMs, leastGapMs };
}

/** Of first attempts that another run of the environment preceded. */
function onOwnHost({ runs, attempts }: Evidence): number {
  const home = new Map<number, number>();
  const same: boolean[] = [];
  for (const { runId, attempt, pid } of [...attempts].sort((a, b) => a.fence - b.fence)) {
    const environmentId = runs.find(({ id }) => id === runId)?.environmentId ?? 0;
    const before = home.get(environmentId);
    if (attempt === 1 && before !== undefined) same.push(before === pid);
    home.set(environmentId, pid);
  }
  return Math.round((100 * same.filter(Boolean).length) / (same.length || 1));
}
