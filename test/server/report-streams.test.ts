import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/faults/fault.ts';
import type { Context } from '../../src/operations/core/context.ts';
import type { AnyOperation, RequestContext } from '../../src/operations/core/operation.ts';
import { reportAllure, reportCsv, reportJunit, reportResults } from '../../src/operations/reports/reports.ts';
import { startServer } from '../../src/server/http/server.ts';
import type { Queryable } from '../../src/store/database/database.ts';
import { createCauseNotes } from '../../src/store/tables/cause-notes.ts';
import { createReportedTests } from '../../src/store/tables/reported-tests.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { kinds, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordRuns } from '../support/recorded-runs.ts';
import { onEachTurn } from '../support/turns.ts';
import { waitFor } from '../support/wait-for.ts';

const operations: AnyOperation[] = [reportAllure, reportCsv, reportJunit, reportResults];
const runs = 2;
/** More than a page of them. */
const tests = 110;
const token = 'a-token-of-the-server';
const headers = { authorization: `Bearer ${token}` };

describe.each(kinds)('reports on %s', (kind) => {
  let database: TestDatabase;
  let context: Context;
  let ids: number[];
  /** Pages of tests that were read. */
  let pages = 0;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    ids = await recordRuns(database.database, { runs, tests, characters: 3_000 });
    const reportedTests = createReportedTests(database);
    context = {
      runs: createRuns(database),
      notes: createCauseNotes(database),
      reportedTests: {
        ...reportedTests,
        page(...request: Parameters<typeof reportedTests.page>) {
          pages += 1;
          return reportedTests.page(...request);
        },
      },
      config: { sourceLinks: [] },
    } as unknown as Context;
  });
  afterAll(() => database?.close());

  const open = async ({ stream, input }: AnyOperation) => {
    if (stream === undefined) throw new Error('The operation has no stream.');
    return stream(context, input.parse({ ids: ids.join(',') }), {} as RequestContext);
  };

  it.each(operations)('$path is what its schema says, with the same counts everywhere', async (operation) => {
    const answer = JSON.parse(await text(await open(operation)));
    expect(operation.output.parse(answer)).toEqual(answer);
    const { xml, csv, results } = answer;
    // Each run: one of two attempts, and one without a result.
    const attempts = runs * (tests + 1);
    if (csv !== undefined) expect(csv.split('\r\n')).toHaveLength(attempts + 2);
    if (results !== undefined) expect(results).toHaveLength(attempts);
    if (xml === undefined) return;
    const [, ...heads] = xml.match(/<testsuites? [^>]*>/g);
    const failed = tests - 5;
    for (const head of heads) {
      expect(head).toContain(`tests="${tests}" failures="${failed}" errors="2" skipped="2"`);
      expect(head).toContain(`time="${((tests - 1) * 1.5).toFixed(3)}"`);
    }
    for (const element of ['failure', 'error', 'skipped', 'flakyFailure']) {
      const count = xml.split(`<${element} `).length - 1;
      expect([element, count]).toEqual([
        element,
        runs * ({ failure: failed, flakyFailure: 1 }[element] ?? 2),
      ]);
    }
  });

  it.each(operations)('$path is read as it is sent, and lets the event loop turn', async (operation) => {
    const stream = await open(operation);
    pages = 0;
    let turns = 0;
    const stop = onEachTurn(() => {
      turns += 1;
    });
    try {
      const chunks = stream.iterator({ destroyOnReturn: true });
      await chunks.next();
      // The stream reads a chunk or two ahead, and a page has two.
      await waitFor(() => turns > 20);
      expect(pages).toBeLessThanOrEqual(2);
      const turnOfChunk: number[] = [];
      for await (const chunk of chunks) {
        expect(chunk.length).toBeLessThan(1024 * 1024);
        turnOfChunk.push(turns);
      }
      expect(turnOfChunk.length).toBeGreaterThan(5);
      // Two chunks may come in one turn, when the second is taken before the turn is counted.
      const held = turnOfChunk.filter((turn, index) => turn === turnOfChunk[index + 2]);
      expect(held).toEqual([]);
      // A page has 46 tests with messages of 6,000 bytes.
      expect(pages).toBe(3 * runs);
    } finally {
      stop();
    }
  });

  it('a long plan is counted by parts', async () => {
    const [id = 0] = await recordRuns(database.database, { runs: 1, tests: 2_100, characters: 10 });
    let queries = 0;
    const query: Queryable['query'] = (sql, parameters) => {
      queries += 1;
      return database.database.query(sql, parameters);
    };
    const counted = createReportedTests({ database: { ...database.database, query } });
    expect(await counted.measure(id)).toMatchObject({
      ...{ results: 2_100, lastPosition: 2_100, durationMs: 2_099 * 1_500 },
      counts: { passed: 1, failed: 2_095, covered: 1, broken: 1, skipped: 1, missing: 1 },
    });
    // Of the sizes, and two of 2,000 tests at most.
    expect(queries).toBe(3);
  });

  it('a report that is not read to its end reads nothing more', async () => {
    const stream = await open(reportCsv);
    await once(stream, 'readable');
    pages = 0;
    stream.destroy();
    await once(stream, 'close');
    expect(pages).toBe(0);
  });
});

describe('a client that', () => {
  let app: TestApp;
  let server: Awaited<ReturnType<typeof startServer>>;
  let ids: string;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await openTestApp({ settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token } });
    server = await startServer(app.app.context, '0.0.0-test', { unreadMs: 1_000 });
    // More than the kernel takes for a client that does not read.
    ids = (await recordRuns(app.app.context.database, { runs: 3, tests: 100, characters: 60_000 })).join(',');
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await server?.close();
    await app?.close();
  });

  afterEach(() => void vi.restoreAllMocks());

  /** Asks for something, by default for a report. */
  function request(path = `/api/csv?ids=${ids}`): Socket {
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port) });
    sockets.push(socket);
    socket.on('error', () => {});
    const lines = [`GET ${path} HTTP/1.1`, 'Host: localhost', `Authorization: ${headers.authorization}`];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return socket;
  }

  /** Reads no more than the beginning of the answer. */
  async function begun(socket: Socket): Promise<Socket> {
    await once(socket, 'readable');
    expect(String(socket.read(64))).toMatch(/^HTTP\/1\.1 200 OK/);
    return socket;
  }

  it('goes away leaves its turn to the next, though four at a time are all that a user has', async () => {
    const turns = vi.spyOn(app.app.context, 'longTurns');
    for (let round = 1; round <= 2; round += 1) {
      const held = await Promise.all(Array.from({ length: 4 }, async () => begun(request())));
      const waiting = [request(), request()];
      await waitFor(() => turns.mock.calls.length === round * 6);
      for (const socket of [...waiting, ...held]) socket.destroy();
    }
    const answer = await fetch(`${server.url}/api/csv?ids=${ids}`, { headers });
    expect(((await answer.json()) as { csv: string }).csv.length).toBeGreaterThan(9_000_000);
  });

  it('does not read is disconnected, and its turn is free', async () => {
    const requests = Array.from({ length: 5 }, () => request());
    const closed = requests.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    // The fifth begins when one of the others has ended.
    await Promise.all(requests.map(begun));
    for (const [index, socket] of requests.slice(0, 4).entries()) {
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
      });
      await closed[index];
      // What the kernels took is not the whole.
      expect(received).toBeLessThan(15_000_000);
    }
  });

  it('does not read a log is disconnected', async () => {
    const [id] = ids.split(',');
    const log = join(app.folder, 'runs', String(id), 'run.log');
    await mkdir(dirname(log), { recursive: true });
    await writeFile(log, 'a line\n'.repeat(3_000_000));
    const ends = vi.spyOn(ServerResponse.prototype, 'destroy');
    await begun(request(`/api/runs/${id}/log/stream`));
    await waitFor(() => ends.mock.calls.length > 0);
  });

  it('is refused before the first byte, or sees that a report has no end', async () => {
    const unknown = await fetch(`${server.url}/api/results?ids=999999`, { headers });
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('application/problem+json'),
    ]);
    const { reportedTests } = app.app.context;
    const { page } = reportedTests;
    let pages = 0;
    vi.spyOn(reportedTests, 'page').mockImplementation((...requests) => {
      pages += 1;
      return pages > 3 ? Promise.reject(new Fault('DATABASE_UNREACHABLE', 'It is away.')) : page(...requests);
    });
    const broken = await fetch(`${server.url}/api/results?ids=${ids}`, { headers });
    expect([broken.status, broken.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    await expect(broken.text()).rejects.toThrow();
  });
});
