import { randomBytes } from 'node:crypto';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import type { Database } from '../../../src/store/database/database.ts';
import { migrate } from '../../../src/store/database/migrate.ts';
import { openPostgres } from '../../../src/store/database/postgres.ts';
import { createChannels } from '../../../src/store/tables/channels.ts';
import { createMessageRules } from '../../../src/store/tables/message-rules.ts';
import { type Child, startChild } from '../../support/child.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { startProxy, type TestProxy } from '../../support/proxy.ts';
import { waitFor } from '../../support/wait-for.ts';
import { postgresOutages } from '../postgres-outages.ts';
import { createRandom, type Random } from '../random.ts';
import { pause, silentLog } from '../stores.ts';
import { judgeMessages, type Kill, nameOf, type Verdict } from './judge.ts';
import { startSubmissions } from './load.ts';
import { type CampaignChannel, startReceivers } from './receivers.ts';

export interface MessageCampaign {
  seed: number;
  /** How often a sending process is killed. */
  kills: number;
  /** How often a channel, PostgreSQL or the network is away. */
  outages: number;
  processes: number;
  print?(line: string): void;
}

export interface MessageVerdict extends Verdict {
  kills: number;
  outages: Map<string, number>;
  /** Repeats that a receiver has dropped by their key. */
  repeats: number;
  submissions: number;
}

/** How long an outage lasts, and the time between two. */
const outageMs: [low: number, high: number] = [300, 2_500];
const gapMs: [low: number, high: number] = [500, 3_000];
/** Between two kills. */
const killGapMs: [low: number, high: number] = [100, 700];

/**
 * Sends messages about submissions to stand-ins for channels while the sending processes are killed and channels, PostgreSQL and the
 * network are away; waits until none waits any more, and judges what the receivers accepted.
 */
export async function runMessageCampaign(options: MessageCampaign): Promise<MessageVerdict> {
  const { seed, processes, print = () => undefined } = options;
  const closing: (() => Promise<unknown> | unknown)[] = [];
  try {
    const postgres = await startPostgres();
    closing.push(postgres.stop);
    const proxy = await startProxy(postgres.port);
    closing.push(proxy.close);
    const database = await openPostgres({ url: postgres.url, log: silentLog });
    closing.push(database.close);
    await migrate(database, { log: silentLog });
    const receivers = await startReceivers();
    closing.push(receivers.close);
    const key = randomBytes(32);
    const secrets = createSecretBox(key);
    await addChannels(database, createChannels({ database, secrets }), receivers.channels);
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    const senders = startSenders([url.href, key.toString('base64')], processes);
    closing.push(senders.kill);
    const load = await startSubmissions({ database, secrets, random: createRandom(seed + 1), everyMs: 150 });

    const kills: Kill[] = [];
    const outages = new Map<string, number>();
    await Promise.all([
      killSenders({ senders, database, kills, count: options.kills, random: createRandom(seed + 2), print }),
      causeOutages({
        ...{ postgres, proxy, channels: receivers.channels, count: options.outages },
        ...{ outages, random: createRandom(seed + 3), print },
      }),
    ]);
    await load.stop();
    print('No more faults; waiting until every message has arrived');
    await waitFor(() => isAtRest(database).catch(() => false), 600_000);
    await senders.stop();
    const expected = await readExpected(database, receivers.channels);
    const verdict = judgeMessages({ expected, acceptances: receivers.acceptances, kills });
    const submissions = new Set(expected.map((name) => name.split(' ').at(-1))).size;
    return { ...verdict, kills: kills.length, outages, repeats: receivers.repeats(), submissions };
  } finally {
    for (const step of closing.reverse()) await step();
  }
}

/** Adds each channel, with a rule that tells it every submission. */
async function addChannels(
  database: Database,
  channels: ReturnType<typeof createChannels>,
  all: readonly CampaignChannel[],
): Promise<void> {
  const rules = createMessageRules({ database });
  const conditions = { environments: [], schedules: [], saved: [], branches: [], requesters: [], alerts: [] };
  for (const { kind, settings, secrets } of all) {
    const { id } = await channels.create({
      ...{ name: kind, kind, settings, secrets, personal: false, disabled: undefined },
      createdBy: 'campaign',
    });
    await rules.create({
      ...{
        name: kind,
        channelId: id,
        recipients: [],
        conditions,
        occasions: ['always'],
        quietHours: undefined,
      },
      ...{ digest: undefined, digestAt: undefined, disabled: undefined, createdBy: 'campaign' },
    });
  }
}

type Senders = ReturnType<typeof startSenders>;

/** Processes that send; each is started again when it ends, as a process manager does. */
function startSenders(args: string[], count: number) {
  const program = new URL('./sender-process.ts', import.meta.url);
  const children: Child[] = [];
  let isStopped = false;
  const start = (index: number): void => {
    const child = startChild(program, args);
    children[index] = child;
    void child.exited.then(() => {
      if (!isStopped) start(index);
    });
  };
  for (let index = 0; index < count; index += 1) start(index);
  return {
    /** Kills one that sends by now. Resolves when it is dead. */
    async killOne(random: Random): Promise<void> {
      const child = random.pick(children);
      if (!child) return;
      await Promise.race([child.line().catch(() => undefined), child.exited]);
      await pause(random.between(0, 800));
      child.signal('SIGKILL');
      await child.exited;
    },
    async stop(): Promise<void> {
      isStopped = true;
      for (const child of children) child.signal('SIGTERM');
      await Promise.race([Promise.all(children.map(({ exited }) => exited)), pause(20_000)]);
    },
    async kill(): Promise<void> {
      isStopped = true;
      await Promise.all(children.map((child) => child.kill()));
    },
  };
}

/** Kills senders at random moments, and reads each time what the outbox has not recorded. */
async function killSenders(options: {
  senders: Senders;
  database: Database;
  kills: Kill[];
  count: number;
  random: Random;
  print(line: string): void;
}): Promise<void> {
  const { senders, database, kills, count, random, print } = options;
  while (kills.length < count) {
    await senders.killOne(random);
    const unrecorded = await waitFor(() => readUnrecorded(database).catch(() => undefined));
    kills.push({ at: Date.now(), unrecorded });
    if (kills.length % 20 === 0) print(`${kills.length} kills`);
    await pause(random.between(...killGapMs));
  }
}

/** The messages that an attempt was begun for, and that are not recorded as sent. */
async function readUnrecorded(database: Database): Promise<Set<string>> {
  const rows = await database.query<{ channel_name: string; purpose: string; run_id: number }>(
    `SELECT channel_name, purpose, run.id AS run_id FROM message JOIN run ON run.submission_id = message.submission_id WHERE message.state = 'waiting' AND attempts > 0`,
  );
  return new Set(rows.map(nameOfRow));
}

const nameOfRow = (row: { channel_name: string; purpose: string; run_id: number }) =>
  nameOf({
    channel: row.purpose === 'reply' ? `${row.channel_name} reply` : row.channel_name,
    run: row.run_id,
  });

/** Causes outages, one after the other. */
async function causeOutages(options: {
  postgres: TestPostgres;
  proxy: TestProxy;
  channels: readonly CampaignChannel[];
  count: number;
  outages: Map<string, number>;
  random: Random;
  print(line: string): void;
}): Promise<void> {
  const { postgres, proxy, channels, count, outages, random, print } = options;
  const kinds: Record<string, (ms: number) => Promise<void>> = {
    ...postgresOutages({ postgres, proxy }),
  };
  for (const { kind, receiver, outages: all } of channels) {
    kinds[kind] = async (ms) => {
      receiver.outage = random.pick(all) ?? 'reset';
      await pause(ms);
      receiver.outage = 'none';
    };
  }
  for (let caused = 0; caused < count; caused += 1) {
    await pause(random.between(...gapMs));
    const name = random.pick(Object.keys(kinds)) ?? '';
    await kinds[name]?.(random.between(...outageMs));
    outages.set(name, (outages.get(name) ?? 0) + 1);
    print(`${caused + 1}. ${name}`);
  }
}

/** Every submission is finished and told. */
async function isAtRest(database: Database): Promise<boolean> {
  const [row] = await database.query<{ rest: number }>(
    `SELECT (SELECT count(*) FROM submission WHERE finished_at IS NULL)
       + (SELECT count(*) FROM notice WHERE planned_at IS NULL)
       + (SELECT count(*) FROM message WHERE state = 'waiting') AS rest`,
  );
  return row?.rest === 0;
}

/** What must arrive once: a post about each submission on each channel, and the replies that were planned. */
async function readExpected(database: Database, channels: readonly CampaignChannel[]): Promise<string[]> {
  const runs = await database.query<{ id: number }>(`SELECT id FROM run WHERE state = 'finished'`);
  const replies = await database.query<{ channel_name: string; purpose: string; run_id: number }>(
    `SELECT channel_name, purpose, run.id AS run_id FROM message JOIN run ON run.submission_id = message.submission_id WHERE purpose = 'reply'`,
  );
  const posts = runs.flatMap(({ id }) => channels.map(({ kind }) => nameOf({ channel: kind, run: id })));
  return [...posts, ...replies.map(nameOfRow)];
}

/** The report, whose last line has the numbers. */
export function reportMessageCampaign(verdict: MessageVerdict): string {
  const { kills, outages, sent, lost, doubled, unavoidable } = verdict;
  return [
    ...[...outages].sort().map(([kind, times]) => `${times} x ${kind}`),
    `${verdict.submissions} submissions; ${verdict.repeats} repeats were dropped by the receiver of webhooks`,
    ...lost.map((name) => `LOST ${name}`),
    ...doubled.map((name) => `DOUBLED ${name}`),
    ...unavoidable.map((proof) => `unavoidable: ${proof}`),
    `kills=${kills} outages=${[...outages.values()].reduce((sum, times) => sum + times, 0)} sent=${sent} ` +
      `lost=${lost.length} doubled=${doubled.length} unavoidable=${unavoidable.length}`,
  ].join('\n');
}
