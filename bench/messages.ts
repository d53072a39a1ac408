// Do runs finish later while a channel of messages is away? Runs finish through the queue on PostgreSQL, without containers, with a
// database of its own for each case: a channel that works, one that never answers, and none at all. The process also plans and sends
// messages, as workers do, and its submissions are announced. The cases take turns, 250 runs each, in orders in which each case comes
// equally often after each of the others, since what a turn leaves to the database (checkpoints, vacuum) falls into the next one.
//
//   npx tsx bench/messages.ts [runs] [runs per second]        10,000 and 250 by default
//
// The time is that of `finish`: the verdict and the notice are committed. Each p99 is the median of those of blocks of 1,000 runs, and
// the ratio that of the two cases' p99 in the same block: one checkpoint must not decide. The memory is the most that the process had
// while the channel was away. Writes bench/results/messages.json.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecretBox } from '../src/crypto/secret-box.ts';
import { createLog } from '../src/log.ts';
import { emptySelection } from '../src/model/selection.ts';
import { createQueue } from '../src/queue/queue.ts';
import { migrate } from '../src/store/database/migrate.ts';
import { openPostgres } from '../src/store/database/postgres.ts';
import { createChannels } from '../src/store/tables/channels.ts';
import { createComparisons } from '../src/store/tables/comparisons.ts';
import { createEnvironments } from '../src/store/tables/environments.ts';
import { finishSubmissions } from '../src/store/tables/finish-submissions.ts';
import { createMessageRules } from '../src/store/tables/message-rules.ts';
import { readUnplanned } from '../src/store/tables/notices.ts';
import { runComparer } from '../src/store/tables/run-comparer.ts';
import { createRuns } from '../src/store/tables/runs.ts';
import { startMattermost } from '../test/support/channels/mattermost.ts';
import { startTestOutbox } from '../test/support/outbox.ts';
import { startPostgres, withClient } from '../test/support/postgres.ts';
import { newEnvironment } from '../test/support/samples.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { median, percentile, printTable, writeResults } from './support/figures.ts';

const runs = Number(process.argv[2] ?? 10_000);
const perSecond = Number(process.argv[3] ?? 250);
const runsOfTurn = 250;
const runsOfBlock = 1_000;
const environments = 50;
const workers = Array.from({ length: environments }, (_, index) => `bench-${index}`);
/** Short, because a turn ends with the attempt that is under way. */
const attemptMs = 1_000;

/** Of the cases in the rounds. Each comes as often after one of the others as after the other one. */
const orders = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
  [1, 0, 2],
  [0, 2, 1],
];

const log = createLog({ level: 'silent' });
const secrets = createSecretBox(randomBytes(32));
const postgres = await startPostgres({ settings: ['fsync=on'] });
const receiver = await startMattermost();

type Case = Awaited<ReturnType<typeof openCase>>;

/** A database in which runs finish; with a channel that gets each submission, if `hasChannel`. */
async function openCase(name: string, { hasChannel, isAway }: { hasChannel: boolean; isAway: boolean }) {
  await withClient(postgres.url, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  const database = await openPostgres({ url, log });
  await migrate(database, { log });
  const shops = createEnvironments({ database, secrets });
  const ids: number[] = [];
  for (let index = 0; index < environments; index++)
    ids.push((await shops.create(newEnvironment(`e${index}`))).id);
  if (hasChannel) {
    const channel = await createChannels({ database, secrets }).create({
      ...{ name: 'qa', kind: 'mattermost', settings: {}, secrets: { url: receiver.webhookUrl } },
      ...{ personal: false, disabled: undefined, createdBy: 'bench' },
    });
    const conditions = {
      environments: [],
      schedules: [],
      saved: [],
      branches: [],
      requesters: [],
      alerts: [],
    };
    await createMessageRules({ database }).create({
      ...{ name: 'all', channelId: channel.id, recipients: [], conditions, occasions: ['always'] },
      ...{ quietHours: undefined, digest: undefined, digestAt: undefined, disabled: undefined },
      createdBy: 'bench',
    });
  }
  const queue = createQueue({ database, log, leaseMs: 600_000 });
  const comparisons = createComparisons({ database });
  const table = createRuns({ database });
  const times: number[] = [];

  /** Finishes submissions whose runs are finished, as the background work of a server does, as many as it can meanwhile. */
  async function finishSome(isOver: () => boolean): Promise<void> {
    for (const id of ids) while (!isOver() && (await comparisons.compareNext(id, runComparer)) !== undefined);
    await finishSubmissions(database);
  }

  return {
    ...{ times, database },
    async turn(): Promise<number> {
      receiver.outage = isAway ? 'no-answer' : 'none';
      const outbox = startTestOutbox({ database, secrets, log, settings: { attemptMs } });
      await Promise.all(
        Array.from({ length: runsOfTurn }, (_, count) =>
          table.insert([
            {
              environmentId: ids[count % ids.length] as number,
              selection: emptySelection,
              requestedBy: 'bench',
            },
          ]),
        ),
      );
      let isOver = false;
      const announcing = (async () => {
        while (!isOver) await Promise.all([finishSome(() => isOver), delay(200)]);
      })();
      let most = 0;
      const startedAt = performance.now();
      const finishing: Promise<void>[] = [];
      while (finishing.length < runsOfTurn) {
        // An environment has one run at a time.
        await Promise.all(finishing);
        for (const claim of await queue.claimFor(workers, [])) {
          if (claim === undefined || typeof claim === 'string') continue;
          await delay(Math.max(0, startedAt + (finishing.length * 1_000) / perSecond - performance.now()));
          const before = performance.now();
          finishing.push(
            queue.finish(claim.run.id, claim.fence, 'passed').then(() => {
              times.push(performance.now() - before);
            }),
          );
        }
        most = Math.max(most, process.memoryUsage.rss());
      }
      await Promise.all(finishing);
      isOver = true;
      await announcing;
      // The rest is announced between the turns, so that each begins with the same work left.
      await finishSome(() => false);
      await waitFor(async () => (await readUnplanned(database, 1)).length === 0, 600_000);
      await outbox.stop();
      return most;
    },
  };
}

const cases: Record<string, Case> = {
  'channel works': await openCase('works', { hasChannel: true, isAway: false }),
  'channel away': await openCase('away', { hasChannel: true, isAway: true }),
  'no channel': await openCase('none', { hasChannel: false, isAway: false }),
};
let memory = 0;
try {
  // The first turns warm up compiled code and caches; they do not count.
  for (let turn = -1; turn < runs / runsOfTurn; turn++) {
    for (const index of orders[(turn + 1) % orders.length] as number[]) {
      const [name, each] = Object.entries(cases)[index] as [string, Case];
      const bytes = await each.turn();
      if (turn < 0) each.times.length = 0;
      else if (name === 'channel away') memory = Math.max(memory, bytes);
    }
  }
  const p99s = (name: string) =>
    Array.from({ length: Math.max(1, Math.floor(runs / runsOfBlock)) }, (_, block) =>
      percentile((cases[name]?.times ?? []).slice(block * runsOfBlock, (block + 1) * runsOfBlock), 0.99),
    );
  const p99 = (name: string) => median(p99s(name));
  const works = p99s('channel works');
  const ratios = p99s('channel away').map((away, block) => away / (works[block] as number));
  printTable([
    [`ms to finish, of ${runs} runs`, 'median', 'p99'],
    ...Object.entries(cases).map(([name, { times }]) => [
      ...[name, median(times).toFixed(2), p99(name).toFixed(2)],
    ]),
  ]);
  const [row] =
    (await cases['channel away']?.database.query<{ count: number }>(
      `SELECT count(*) AS count FROM message WHERE state = 'waiting'`,
    )) ?? [];
  const metrics = {
    finish_p99_ms: p99('channel works'),
    finish_p99_away_ms: p99('channel away'),
    finish_p99_none_ms: p99('no channel'),
    finish_p99_ratio: median(ratios),
    memory_mb: memory / 1_048_576,
  };
  console.log(
    `p99 with the channel away to that with a channel that works, block by block: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
  );
  console.log(`${row?.count} messages wait; at most ${metrics.memory_mb.toFixed(0)} MB of memory`);
  await writeResults('messages', { metrics, runs, runs_per_second: perSecond, ratios, waiting: row?.count });
} finally {
  for (const { database } of Object.values(cases)) await database.close();
  await receiver.close();
  await postgres.stop();
}
