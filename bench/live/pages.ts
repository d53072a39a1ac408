// Acts like many open pages: listens to events, requests the overview and the results of each changed run, and notes
// when it first sees that a test has ended. Arguments: the address of the server, the number of pages. Prints `ready`
// when all pages listen; a line on standard input ends it, and the recorded times are its last line.
import { once } from 'node:events';
import { parseEvents } from '../../src/cli/client/event-stream.ts';
import type { RunResultsView } from '../../src/operations/results/results-view.ts';

const [url = '', count = '1'] = process.argv.slice(2);
/** Milliseconds since 1970, by `page run:test`. */
const times: Record<string, number> = {};

async function open(page: number, listening: () => void): Promise<void> {
  const response = await fetch(`${url}/api/events`);
  if (!response.body) throw new Error('The server sent no events.');
  const changed = new Set<string>();
  let asking = false;

  const ask = async () => {
    if (asking) return;
    asking = true;
    for (let [run] = changed; run !== undefined; [run] = changed) {
      changed.delete(run);
      const [results] = await Promise.all([
        fetch(`${url}/api/runs/${run}/results`).then((answer) => answer.json() as Promise<RunResultsView>),
        fetch(`${url}/api/overview`).then((answer) => answer.arrayBuffer()),
      ]);
      for (const { test, status } of results.tests) {
        if (status !== 'waiting' && status !== 'running') times[`${page} ${run}:${test}`] ??= Date.now();
      }
    }
    asking = false;
  };
  for await (const { event, data } of parseEvents(response.body)) {
    if (event === 'reload') listening();
    if (event === 'run') {
      changed.add(data);
      void ask();
    }
  }
}

const pages = Array.from({ length: Number(count) }, (_, page) => page);
await Promise.all(pages.map((page) => new Promise<void>((resolve) => void open(page, resolve))));
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdout.write(`${JSON.stringify(times)}\n`, () => process.exit());
