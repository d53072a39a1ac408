// How long do commands take to start? `matre --help`, and `matre list` against a server, as multiples of `node -e 0`.
//
//   npx tsx bench/start-time.ts [rounds, 20]
//
// Needs the built program (`npm run build`). The server is `matre up` on the embedded database in a folder of its own, with a
// process of its own. All three are started alternately, so that the load of the machine affects them alike; the ratios are those of
// the medians. Writes bench/results/start-time.json. Ends with code 1 when --help takes more than 3 times as long as node, or list
// more than 4 times.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, percentile, printTable, writeResults } from './support/figures.ts';

const rounds = Number(process.argv[2] ?? 20);
const program = resolve(import.meta.dirname, '../bin/matre.js');
const folder = await mkdtemp(join(tmpdir(), 'matre-start-time-'));
const { PATH, HOME = '/' } = process.env;
const env = { PATH, HOME, XDG_CONFIG_HOME: folder };

const server = spawn(process.execPath, [program, 'up'], {
  env: { ...env, MATRE_DATA: join(folder, 'data'), MATRE_PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await addressOf(server.stdout);
  const commands = {
    node: ['-e', '0'],
    help: [program, '--help'],
    list: [program, 'list'],
  };
  const times: Record<keyof typeof commands, number[]> = { node: [], help: [], list: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, argv] of Object.entries(commands)) {
      const begin = performance.now();
      const { status, stderr } = spawnSync(process.execPath, argv, { env: { ...env, MATRE_URL: url } });
      // The first round fills the caches of the file system.
      if (round > 0) times[name as keyof typeof commands].push(performance.now() - begin);
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    }
  }
  const metrics = {
    rounds,
    nodeMs: median(times.node),
    helpMs: median(times.help),
    helpP95Ms: percentile(times.help, 0.95),
    listMs: median(times.list),
    listP95Ms: percentile(times.list, 0.95),
    help_ratio: median(times.help) / median(times.node),
    list_ratio: median(times.list) / median(times.node),
  };
  printTable(Object.entries(metrics).map(([name, value]) => [name, value.toFixed(2)]));
  await writeResults('start-time', { metrics });
  if (metrics.help_ratio > 3 || metrics.list_ratio > 4) process.exitCode = 1;
} finally {
  server.kill();
  await new Promise((ended) => server.on('close', ended));
  await rm(folder, { recursive: true, force: true });
}

/** The address that `matre up` prints when it is up. */
async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += chunk;
    const url = /matre is up at (\S+)\n/.exec(text)?.[1];
    if (url !== undefined) {
      // What it prints later must not fill the pipe.
      output.resume();
      return url;
    }
  }
  throw new Error(`matre up ended: ${text}`);
}
