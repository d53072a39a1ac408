import { beforeEach, expect, it } from 'vitest';
import type { Context } from '../../src/operations/core/context.ts';
import type { OverviewView } from '../../src/operations/overview/overview-view.ts';
import type { TestServer } from '../support/app.ts';
import type { Kind } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

/** What the page is notified of. */
export function pageChangesConformance(
  opened: () => { server: TestServer; context: Context },
  {
    add,
    overview,
  }: {
    add(code: string): Promise<{ body: { id: number } }>;
    overview(query?: string): Promise<OverviewView>;
  },
  _kind: Kind,
): void {
  let { server, context } = opened();
  beforeEach(() => {
    ({ server, context } = opened());
  });

  it('is notified of changes of environments, variables, containers and workers', async () => {
    const { id } = (await add('us')).body;
    const stop = new AbortController();
    const response = await fetch(`${server.url}/api/events`, { signal: stop.signal });
    let eventText = '';
    void (async () => {
      for await (const chunk of response.body ?? []) eventText += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    const describes = async (text: string, change: () => Promise<unknown>) => {
      await waitFor(() => eventText.includes('reload'));
      eventText = 'reload';
      await change();
      await waitFor(() => eventText.includes(text));
    };
    const environment = `event: environment\ndata: ${id}\n`;
    await describes(environment, () => server.ask('POST', '/api/environments/us/pause', { reason: 'copy' }));
    expect((await overview()).lanes[0]?.paused?.reason).toBe('copy');
    await describes(environment, () => server.ask('POST', '/api/environments/us/resume', {}));
    await describes(environment, () =>
      server.ask('PUT', '/api/variables', { environment: 'us', variables: [{ name: 'A', value: '1' }] }),
    );
    await describes('event: environment\ndata:\n', () =>
      server.ask('PUT', '/api/variables', { variables: [{ name: 'A', value: '1' }] }),
    );
    const { workers } = context;
    await describes('event: workers\n', () => workers.register({ id: 'h/1', host: 'h', pid: 1, slots: 1 }));
    expect((await overview()).workers.slots).toBe(1);
    await describes('event: workers\n', () => workers.heartbeat('h/1', { stopping: true }));
    await describes('event: workers\n', () => workers.remove('h/1'));
    await describes(environment, () => server.ask('DELETE', '/api/environments/us'));
    stop.abort();
  });
}
