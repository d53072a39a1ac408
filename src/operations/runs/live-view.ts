import { z } from 'zod';
import { runId } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const liveView = z.object({
  configured: z.boolean().describe('MATRE_LIVE_VIEW_URL is set'),
  views: z
    .array(z.object({ url: z.string(), session: z.string().nullable() }))
    .describe('Where the browsers of the run can be watched; empty unless it runs and has one open'),
});

export const showLiveView = defineOperation({
  name: 'runs.live',
  method: 'GET',
  path: '/api/runs/:id/live',
  summary: 'Show where the browser of a run can be watched',
  role: 'viewer',
  audited: false,
  input: z.object({ id: runId }),
  output: liveView,
  async run(context, { id }) {
    const run = await context.runs.get(id);
    const template = context.config.selenium.liveViewUrl;
    const configured = template !== undefined;
    if (!configured || run.state !== 'running') return { configured, views: [] };
    const fill = (session: string | null) => ({
      url: template.replace(/\{(session|environment|run)\}/g, (_, name: 'session' | 'environment' | 'run') =>
        encodeURIComponent(
          { session: session ?? '', environment: run.environmentCode, run: String(id) }[name],
        ),
      ),
      session,
    });
    if (!template.includes('{session}')) return { configured, views: [fill(null)] };
    return { configured, views: (await context.sessionsOf(id)).map(fill) };
  },
});
