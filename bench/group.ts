// A group of 20 tests: one by one with a generation for each (the old way), against matre: with empty caches (cold),
// after a commit that changes one of the tests, and once more without a change (warm).
//
//   npx tsx bench/group.ts                          with the stand-in and a sample shop
//   npx tsx bench/group.ts --image NAME --module FOLDER --environment CODE --test NAME
//   npx tsx bench/group.ts --magento ROOT --module FOLDER --environment CODE --test NAME
//                                                   with a real Magento in Docker or the sandbox: the group is 20 copies of a
//                                                   test; the shop and Selenium are those of Cron/data/.env.CODE
//   --rounds N (3)  --today N (3)                   rounds; tests that today's way is measured with in each
//
// Settings of matre (MATRE_NETWORK, ...) are taken from the environment. Prints a table and writes bench/results/group.json.
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { capture } from '../src/engine/read-all.ts';
import { containerName } from '../src/model/environment.ts';
import { copyTest, realInstallation, standInInstallation } from './group/installation.ts';
import { median, printTable, writeResults } from './support/figures.ts';
import { openBenchEngine, startMatre } from './support/matre.ts';

const { values: flags } = parseArgs({
  options: {
    image: { type: 'string' },
    magento: { type: 'string' },
    module: { type: 'string', default: '' },
    environment: { type: 'string', default: '' },
    test: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    today: { type: 'string', default: '3' },
  },
});
const size = 20;
const folder = await mkdtemp(join(flags.magento ? dirname(flags.magento) : tmpdir(), 'matre-bench-'));
const probe = await openBenchEngine(join(folder, 'probe'), flags.magento ? 'sandbox' : undefined);
const installation =
  flags.image || flags.magento
    ? await realInstallation({ ...flags, code: flags.environment }, folder)
    : await standInInstallation(probe.kind, folder);
await probe.close();
const tests = Array.from({ length: size }, (_, index) => `Bench${index + 101}Test`);
const changing = await copyTest(installation.module, installation.test, tests);

/** Seconds of one run: from its start to its end, in its tests, in the preparation of generated tests. */
interface RunTimes {
  wall: number;
  tests: number;
  generation: number;
}

/** A matre with an empty data folder: no cache is filled. */
async function openRound(round: number) {
  const data = join(folder, `data-${round}`);
  const matre = await startMatre({
    settings: {
      ...process.env,
      ...installation.settings,
      MATRE_DATA: data,
      MATRE_ENGINE: probe.kind,
      MATRE_MODULE_PATH: installation.module,
    },
    environments: [installation],
  });
  const { context } = matre.app;

  return {
    async ours(): Promise<RunTimes> {
      const [run] = await matre.run(matre.environments, { tests });
      if (!run) throw new Error('no run');
      const results = await context.results.listLatest(run.id);
      const log = await text((await context.artifacts.open(run.id, 'run.log')).stream);
      const at = (line: RegExp) => {
        const [, time = ''] = new RegExp(`^\\[matre (\\S+)\\] ${line.source}`, 'm').exec(log) ?? [];
        return Date.parse(time) / 1000;
      };
      return {
        wall: (Number(run.finishedAt) - Number(run.startedAt)) / 1000,
        tests: results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000,
        generation: at(/Generated tests:/) - at(/Tests: \d+/),
      };
    },

    /** Seconds of one test the old way. */
    async today(test: string): Promise<number> {
      const startedAt = performance.now();
      const { config, engine, environments } = matre;
      const id = environments[0]?.id ?? 0;
      const php = [config.mftf.php, '-d', 'error_reporting=8191', '-d', 'display_errors=0'];
      for (const { argv, cwd } of installation.today([...php, '-d', 'memory_limit=-1'], test)) {
        const root = config.pool.magentoRoot;
        const result = await capture(engine, containerName(id), argv, { cwd: `${root}${cwd}` });
        if (result.code !== 0) throw new Error(`${argv.join(' ')}: ${result.stdout}${result.stderr}`);
      }
      return (performance.now() - startedAt) / 1000;
    },

    async close() {
      await matre.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

try {
  const rounds: { cold: RunTimes; commit: RunTimes; warm: RunTimes; today: number; ratio: number }[] = [];
  for (let round = 1; round <= Number(flags.rounds); round++) {
    const matre = await openRound(round);
    try {
      const cold = await matre.ours();
      await appendFile(changing, `<!-- change ${round} -->\n`);
      const commit = await matre.ours();
      const warm = await matre.ours();
      const times: number[] = [];
      for (const test of tests.slice(0, Number(flags.today))) times.push(await matre.today(test));
      const today = size * median(times);
      rounds.push({
        cold,
        commit,
        warm,
        today,
        ratio: (today - warm.tests) / (warm.wall - warm.tests),
      });
    } finally {
      await matre.close();
    }
  }

  const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  const inTests = of(({ warm }) => warm.tests);
  const row = (name: string, which: 'cold' | 'commit' | 'warm') => [
    name,
    seconds(of((round) => round[which].generation)),
    seconds(of((round) => round[which].wall)),
    seconds(of((round) => round[which].wall - round[which].tests)),
  ];
  console.log(`${size} tests, ${seconds(inTests)} in them; engine ${probe.kind}; ${installation.name}`);
  printTable([
    ['', 'generation', 'all', 'all but the tests'],
    [
      'one by one, a generation for each',
      '',
      seconds(of(({ today }) => today)),
      seconds(of(({ today }) => today) - inTests),
    ],
    row('matre, cold', 'cold'),
    row('matre, new commit', 'commit'),
    row('matre, warm', 'warm'),
  ]);
  const metrics = {
    warm_generation_s: of(({ warm }) => warm.generation),
    commit_generation_s: of(({ commit }) => commit.generation),
    cold_generation_s: of(({ cold }) => cold.generation),
    overhead_ratio: of(({ ratio }) => ratio),
  };
  console.log(
    `warm ${seconds(metrics.warm_generation_s)} (bar: 2), new commit ${seconds(metrics.commit_generation_s)} (bar: 5), all but the tests ${metrics.overhead_ratio.toFixed(1)} times faster (bar: 20)`,
  );
  await writeResults('group', { metrics, setup: installation.name, engine: probe.kind, rounds });
} finally {
  await installation.close();
  await rm(folder, { recursive: true, force: true });
}
