import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import type { MatrixCell, MatrixView } from '../../src/operations/submissions/matrix-view.ts';
import type { SubmissionSummary, SubmissionView } from '../../src/operations/submissions/submission-view.ts';
import { fillPage, pageFolder, readPage } from '../../src/server/http/page.ts';

/** How large the synthetic submission is, and what is in it. */
export interface SyntheticSize {
  tests: number;
  environments: number;
  submissions: number;
}

type ClassCounts = NonNullable<SubmissionSummary['classes']>;

export interface SyntheticServer {
  url: string;
  /** The submission with a matrix: the newest. */
  id: number;
  close(): Promise<void>;
}

const selection = { all: true, tests: [], groups: [], suites: [], exclude: [] };
const day = 86_400_000;
const causes = [
  "- '47,19 €'  + '39,00 €': the total of the order in the summary",
  'Element ".order-grid" was not found within 60 s',
  'Timed out waiting for "#checkout-loader" to disappear',
];

const note = {
  ...{ cause: 'cause 1', kind: 'product' as const, note: 'The grid is slow since the upgrade.', link: null },
  ...{ owner: 'Ada', revision: 1, updatedBy: 'Ada', updatedAt: new Date().toISOString() },
};

/** A server of the built page with answers that are made up: only the page is measured, neither the server nor the database. */
export async function startSyntheticServer({
  tests,
  environments,
  submissions,
}: SyntheticSize): Promise<SyntheticServer> {
  const codes = Array.from(
    { length: environments },
    (_, index) => `preprod-${String(index).padStart(2, '0')}`,
  );
  const matrix = syntheticMatrix(tests, codes, submissions * 10);
  const isNotable = ({ cells }: MatrixView['rows'][number]) =>
    cells.some((cell) => cell?.outcome !== 'passed' || cell.classes.length > 0);
  const counts = { planned: tests * environments, passed: 0, failed: 0, broken: 0, skipped: 0 };
  for (const { cells } of matrix.rows) for (const cell of cells) counts[cell?.outcome ?? 'skipped'] += 1;
  const classes = countClasses(matrix);
  const summaryOf = (id: number): SubmissionSummary => {
    const createdAt = new Date(Date.now() - (submissions - id) * day);
    const isGood = id !== submissions && id % 3 > 0;
    return {
      id,
      ...{ name: 'nightly', schedule: 'nightly', saved: null, selection, summary: 'all tests' },
      ...{ requestedBy: 'schedule nightly', createdAt: createdAt.toISOString() },
      startedAt: createdAt.toISOString(),
      finishedAt: new Date(createdAt.getTime() + 72 * 60_000).toISOString(),
      ...{ verdict: isGood ? 'passed' : 'failed', environments: codes, durationMs: 72 * 60_000 },
      counts: { ...counts, quarantined: 0, flaky: 4 },
      classes: isGood ? { new: 0, known: 0, fixed: 0, flaky: 0, slower: 0, broken: 0, other: 0 } : classes,
    };
  };
  const viewOf = (id: number): SubmissionView => ({
    ...summaryOf(id),
    runs: codes.map((environment, index) => ({
      id: id * 10 + index,
      ...{ environment, state: 'finished', verdict: 'failed', reason: null, classes },
      counts: { ...counts, planned: tests, passed: tests - 12, failed: 12, flaky: 0, quarantined: 0 },
      ...{ durationMs: 70 * 60_000, usualMs: 68 * 60_000 },
      commit: { id: 'ab'.repeat(20), subject: 'Rework coupons' },
    })),
    commitLink: {
      ...{ forge: 'gitlab', project: 'acme/qa/shop', sha: 'cd'.repeat(20), pullRequest: 7 },
      url: `https://gitlab.example.com/acme/qa/shop/-/commit/${'cd'.repeat(20)}`,
      pullRequestUrl: 'https://gitlab.example.com/acme/qa/shop/-/merge_requests/7',
    },
    reference: { id: id - 1, createdAt: summaryOf(id - 1).createdAt, verdict: 'passed' },
    ...{ previous: id > 1 ? id - 1 : null, next: id < submissions ? id + 1 : null },
    commits: {
      ...{ from: 'cd'.repeat(20), to: 'ab'.repeat(20), more: false },
      commits: [
        { id: 'ab'.repeat(20), subject: 'Rework coupons', author: 'Ada', at: new Date().toISOString() },
        {
          id: 'ef'.repeat(20),
          ...{ subject: 'Wait for the grid of orders', author: 'Ben', at: new Date().toISOString() },
        },
      ],
    },
  });
  const all = JSON.stringify(matrix);
  const notable = JSON.stringify({ ...matrix, rows: matrix.rows.filter(isNotable) });
  const list = JSON.stringify({
    submissions: range(submissions).map((n) => summaryOf(submissions - n)),
    next: null,
  });
  const answers = new Map<string, string>([
    ['/api/submissions', list],
    ['/api/session', JSON.stringify(session)],
    ['/api/attention', JSON.stringify({ alerts: 0, running: 0, queued: 0, failing: 0 })],
    ['/api/schedules', JSON.stringify({ schedules: [] })],
  ]);
  const bodyOf = (path: string, search: string) => {
    const [, id, isMatrix] = /^\/api\/submissions\/(\d+)(\/matrix)?$/.exec(path) ?? [];
    if (id === undefined) return answers.get(path);
    if (isMatrix) return search === '?rows=all' ? all : notable;
    return JSON.stringify(viewOf(Number(id)));
  };
  return serve({ bodyOf, id: submissions });
}

const session = {
  ...{ signInRequired: false, user: { name: 'bench', role: 'admin', via: 'open' }, csrf: null },
  ...{ methods: { password: false, oidc: null }, firstAdmin: false, workersInServer: true },
};

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** One test in 40 failed or changed, as after a bad change; the others passed everywhere. */
function syntheticMatrix(tests: number, environments: readonly string[], firstRun: number): MatrixView {
  const rows = range(tests).map((test) => ({
    test: `Storefront${['Cart', 'Checkout', 'Customer', 'Search'][test % 4]}Number${test}WithLongNameTest`,
    suite: test % 10 === 0 ? 'CheckoutSuite' : null,
    cells: environments.map((_, column) => cellOf(test, column, firstRun + column)),
  }));
  return {
    ...{ environments: [...environments], tests, rows },
    causes: causes.map((message, index) => ({
      ...{ cause: `cause ${index}`, message, values: index === 0 ? ['47,19 €', '39,00 €'] : [], tests: 7 },
      environments: environments.slice(0, 2),
      note: index === 1 ? note : null,
      since: {
        ...{ submission: 1, run: 12, at: new Date(Date.now() - 5 * day).toISOString() },
        commit: { id: 'cd'.repeat(20), subject: 'Move the coupon field' },
      },
    })),
  };
}

function cellOf(test: number, column: number, run: number): MatrixCell {
  const durationMs = 8_000 + ((test * 7_919 + column * 131) % 90_000);
  const cell: MatrixCell = {
    ...{ outcome: 'passed', classes: [], durationMs, usualMs: durationMs, cause: null, run },
  };
  if (test % 40 !== 1) return cell;
  const kind = Math.floor(test / 40) % 12;
  const cause = `cause ${Math.floor(test / 40) % causes.length}`;
  if (kind === 0 && column < 2) return { ...cell, outcome: 'failed', classes: ['new'], cause };
  if (kind < 6 && column % 3 === 0) return { ...cell, outcome: 'failed', classes: ['known'], cause };
  if (kind === 6 && column === 1) return { ...cell, classes: ['flaky'] };
  if (kind === 7) return { ...cell, classes: ['slower'], usualMs: Math.round(durationMs / (2 + column)) };
  if (kind === 8 && column === 3) return { ...cell, classes: ['fixed'] };
  if (kind === 9 && column === 2) return { ...cell, outcome: 'broken' };
  if (kind === 10 && column === 4) return { ...cell, outcome: 'skipped', durationMs: null };
  return cell;
}

function countClasses({ rows }: MatrixView): ClassCounts {
  const having = (matches: (cell: MatrixCell) => boolean) =>
    rows.filter(({ cells }) => cells.some((cell) => cell !== null && matches(cell))).length;
  const ofClass = (each: MatrixCell['classes'][number]) => having(({ classes }) => classes.includes(each));
  return {
    ...{ new: ofClass('new'), known: ofClass('known'), fixed: ofClass('fixed'), flaky: ofClass('flaky') },
    ...{ slower: ofClass('slower'), broken: having(({ outcome }) => outcome === 'broken') },
    other: having(({ outcome, classes }) => outcome === 'failed' && classes.length === 0),
  };
}

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Serves the page, and what `bodyOf` has for a path and a query. */
async function serve({
  bodyOf,
  id,
}: {
  bodyOf: (path: string, search: string) => string | undefined;
  id: number;
}): Promise<SyntheticServer> {
  const answer = async (path: string, search: string, response: ServerResponse) => {
    if (path === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      return;
    }
    if (path.startsWith('/api/')) {
      const body = bodyOf(path, search);
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(body ?? '{}');
      return;
    }
    if (path.startsWith('/assets/')) {
      const content = await readFile(join(pageFolder, path));
      response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
      response.end(content);
      return;
    }
    const html = await readPage(join(pageFolder, 'index.html'));
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(fillPage(html, { nonce: 'test', basePath: '' }));
  };
  const server = createServer(({ url = '/' }, response) => {
    const { pathname, search } = new URL(url, 'http://page.test');
    answer(pathname, search, response).catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    id,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
