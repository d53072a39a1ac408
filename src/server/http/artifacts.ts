import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../operations/core/context.ts';
import { runId } from '../../operations/core/fields.ts';
import { getRunWithFiles } from '../../operations/runs/run-record.ts';

/**
 * What a browser may show in place. Everything else is a download: the pages that tests save come from shops, and must
 * not run as if they were pages of this server.
 */
const shown: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
};

/** `/api/runs/:id/artifacts/<path>`: a file of a run. */
export function mountArtifacts(server: FastifyInstance, { runs, artifacts }: Context): void {
  const params = z.object({ id: runId, '*': z.string().max(1000) });
  server.get('/api/runs/:id/artifacts/*', { schema: { hide: true, params } }, async (request, reply) => {
    const { id, '*': path } = request.params as z.output<typeof params>;
    await getRunWithFiles(runs, id);
    const file = await artifacts.open(id, path);
    const type = shown[extname(path).toLowerCase()];
    return (
      reply
        // Without an origin of its own, and without scripts, should a browser show it all the same.
        .header('content-security-policy', "default-src 'none'; sandbox; frame-ancestors 'self'")
        .header('content-disposition', type === undefined ? attachment(path) : 'inline')
        .header('content-length', file.size)
        .type(type ?? 'application/octet-stream')
        .send(file.stream)
    );
  });
}

/** With the name of the file, in the form of RFC 6266 that takes any character. */
function attachment(path: string): string {
  const name = path.split('/').at(-1) ?? '';
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `attachment; filename*=UTF-8''${encoded}`;
}
