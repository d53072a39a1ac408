import type { FastifyInstance } from 'fastify';
import type { Context } from '../operations/context.ts';
import { listRuns } from '../operations/runs.ts';
import { showStatus } from '../operations/status.ts';

const refreshSeconds = 5;
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/** `/`: what is there, for somebody who opens the address. No script; it loads itself again. */
export function mountStartPage(server: FastifyInstance, context: Context): void {
  server.get('/', { schema: { hide: true } }, async (_request, reply) => {
    const [status, { runs }] = await Promise.all([
      showStatus.run(context, {}),
      listRuns.run(context, listRuns.input.parse({ limit: 20 })),
    ]);
    const body = page(status, runs);
    return reply
      .header('content-security-policy', policy)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(body);
  });
}

type Status = Awaited<ReturnType<typeof showStatus.run>>;
type Runs = Awaited<ReturnType<typeof listRuns.run>>['runs'];

function page(status: Status, runs: Runs): string {
  const environments = status.environments.map(
    (each) =>
      `<tr><td>${escapeHtml(each.code)}<td>${escapeHtml(each.baseUrl)}<td>${escapeHtml(stateOf(each))}<td>${each.queued}`,
  );
  const rows = runs.map(
    (run) =>
      `<tr><td>${run.id}<td>${escapeHtml(run.environment)}<td>${escapeHtml(run.summary)}` +
      `<td class="${run.verdict ?? run.state}">${escapeHtml(run.verdict ?? run.phase ?? run.state)}` +
      `<td>${run.counts.passed}<td>${run.counts.failed}<td>${run.counts.broken}<td>${run.counts.skipped}<td>${run.counts.planned}` +
      `<td>${escapeHtml(run.queuedAt)}`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="${refreshSeconds}">
<meta name="viewport" content="width=device-width">
<title>matre</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c1c1c; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; }
  .passed { color: #116329; } .failed { color: #b3261e; } .broken { color: #7b1fa2; } .cancelled { color: #7a5a00; }
</style>
<h1>matre</h1>
<p>${status.workers.length} worker processes. The API is described at <a href="/api/openapi.json">/api/openapi.json</a>.</p>
<h2>Environments</h2>
<table><tr><th>Code<th>Address<th>Now<th>Queued
${environments.join('\n')}
</table>
<h2>Latest runs</h2>
<table><tr><th>Run<th>Environment<th>Selection<th>State<th>Passed<th>Failed<th>Broken<th>Skipped<th>Planned<th>Queued at
${rows.join('\n')}
</table>
</html>
`;
}

function stateOf({ paused, running }: Status['environments'][number]): string {
  if (running !== null) return `run ${running}`;
  return paused === null ? 'free' : `paused: ${paused.reason}`;
}

/** Text as it may stand anywhere in a page. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
