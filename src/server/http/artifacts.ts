import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../operations/core/context.ts';
import { exactLine, runId } from '../../operations/core/fields.ts';
import { getRunWithFiles } from '../../operations/runs/run-record.ts';

/**
 * Types that a browser may display. All other files are downloads: the pages that tests save come from shops, and must not run
 * as pages of this server.
 */
const inlineTypes: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
};

/** Serves `/api/runs/:id/artifacts/<path>`, the files of runs. */
export function mountArtifacts(server: FastifyInstance, { runs, artifacts }: Context): void {
  const params = z.object({ id: runId, '*': exactLine(1000) });
  server.get('/api/runs/:id/artifacts/*', { schema: { hide: true, params } }, async (request, reply) => {
    const { id, '*': path } = request.params as z.output<typeof params>;
    await getRunWithFiles(runs, id);
    const file = await artifacts.open(id, path);
    const type = inlineTypes[extname(path).toLowerCase()];
    return (
      reply
        // No origin and no scripts, in case a browser displays the file nevertheless.
        .header('content-security-policy', "default-src 'none'; sandbox; frame-ancestors 'self'")
        .header('content-disposition', type === undefined ? attachment(path) : 'inline')
        .header('content-length', file.size)
        .type(type ?? 'application/octet-stream')
        .send(file.stream)
    );
  });
}

/** A `content-disposition` with the name of the file, in the form of RFC 6266 that allows any character. */
function attachment(path: string): string {
  const name = path.split('/').at(-1) ?? '';
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `attachment; filename*=UTF-8''${encoded}`;
}
