import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { claimOne } from '../support/claim.ts';
import { waitFor } from '../support/wait-for.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.ask('POST', '/api/environments', {
    code: 'us',
    baseUrl: 'https://example.com',
    adminUsername: 'a',
  });
});
afterAll(() => server.close());

/** A running run; the tests write its log. */
async function start() {
  const { queue } = server.app.context;
  await server.ask('POST', '/api/runs', { environments: ['us'], selection: { tests: ['A'] } });
  const claim = await claimOne(queue, 'w');
  if (!claim) throw new Error('nothing to claim');
  const { id } = claim.run;
  const folder = join(server.folder, 'runs', String(id));
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'run.log');
  await writeFile(path, '');
  return {
    id,
    write: (text: string | Buffer) => appendFile(path, text),
    finish: () => queue.finish(id, claim.fence, 'passed'),
  };
}

interface StreamedLog {
  /** Id and text of each event. */
  events: { id: number; event: string; text: string }[];
  done: boolean;
  leave(): void;
}

async function listen(
  id: number,
  { from, lastId }: { from?: number; lastId?: number } = {},
): Promise<StreamedLog> {
  const stop = new AbortController();
  const query = from === undefined ? '' : `?from=${from}`;
  const response = await fetch(`${server.url}/api/runs/${id}/log/stream${query}`, {
    signal: stop.signal,
    headers: lastId === undefined ? {} : { 'last-event-id': String(lastId) },
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const stream: StreamedLog = { events: [], done: false, leave: () => stop.abort() };
  void (async () => {
    let unread = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const blocks = (unread + decoder.decode(chunk, { stream: true })).split('\n\n');
      unread = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = block.split('\n').map((line) => /^(\w*): ?(.*)$/s.exec(line) ?? []);
        const all = (name: string) =>
          fields.filter((field) => field[1] === name).map((field) => field[2] ?? '');
        if (all('id').length > 0)
          stream.events.push({
            id: Number(all('id')[0]),
            event: all('event')[0] ?? 'message',
            text: all('data').join('\n'),
          });
      }
    }
    stream.done = true;
  })().catch(() => undefined);
  return stream;
}

const textOf = ({ events }: StreamedLog) =>
  events
    .filter(({ event }) => event === 'message')
    .map(({ text }) => `${text}\n`)
    .join('');

it('a log is streamed in whole lines until the run is finished', async () => {
  const run = await start();
  await run.write('one\ntwo\nthr');
  const stream = await listen(run.id);
  await waitFor(() => textOf(stream) === 'one\ntwo\n');
  await run.write('ee\r\nfour: \u{1F600}\n');
  await waitFor(() => textOf(stream) === 'one\ntwo\nthree\nfour: \u{1F600}\n');
  // The last line may lack a line end.
  await run.write('last');
  await run.finish();
  await waitFor(() => stream.done);
  expect(textOf(stream)).toBe('one\ntwo\nthree\nfour: \u{1F600}\nlast\n');
  expect(stream.events.at(-1)).toMatchObject({ event: 'end', text: '' });
});

it('a reconnected client continues exactly where it left off, also between multi-byte characters', async () => {
  const run = await start();
  const lines = Array.from({ length: 500 }, (_, index) => `${index} äöü \u{1F600} ${'x'.repeat(index % 90)}`);
  await run.write(`${lines.join('\n')}\n`);
  await run.finish();
  const fullLog = await listen(run.id);
  await waitFor(() => fullLog.done);
  expect(textOf(fullLog)).toBe(`${lines.join('\n')}\n`);
  for (const { id } of fullLog.events) {
    const rest = await listen(run.id, { lastId: id });
    await waitFor(() => rest.done);
    const before = Buffer.from(`${lines.join('\n')}\n`)
      .subarray(0, id)
      .toString();
    expect(before + textOf(rest)).toBe(`${lines.join('\n')}\n`);
  }
  const from = Buffer.byteLength(`${lines[0]}\n`);
  const later = await listen(run.id, { from });
  await waitFor(() => later.done);
  expect(textOf(later)).toBe(`${lines.slice(1).join('\n')}\n`);
});

it('several clients read 100,000 lines at once, and a line of any length', async () => {
  const run = await start();
  const text = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join('');
  const long = 'y'.repeat(200_000);
  await run.write(`${text}${long}\n`);
  await run.finish();
  const readers = await Promise.all([1, 2, 3].map(() => listen(run.id)));
  await waitFor(() => readers.every(({ done }) => done));
  for (const reader of readers) {
    const read = textOf(reader);
    expect(read.startsWith(text)).toBe(true);
    expect(read.slice(text.length).replaceAll('\n', '')).toBe(long);
  }
  const { body } = await server.ask('GET', `/api/runs/${run.id}/log?from=${text.length}`);
  expect(body).toMatchObject({ size: text.length + long.length + 1, finished: true });
});

it('a run that does not exist has no log, and a run without a log streams nothing', async () => {
  expect((await server.ask('GET', '/api/runs/99999/log/stream')).body.code).toBe('RUN_UNKNOWN');
  const { body } = await server.ask('POST', '/api/runs', {
    environments: ['us'],
    selection: { tests: ['A'] },
  });
  const id = body.runs[0].id;
  const stream = await listen(id);
  await server.ask('POST', `/api/runs/${id}/cancel`);
  await waitFor(() => stream.done);
  expect(stream.events).toEqual([{ id: 0, event: 'end', text: '' }]);
});
