import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pagePolicy } from '../../allure/harden-page.ts';
import { allureArchiveName } from '../../model/page-links.ts';
import type { Context } from '../../operations/core/context.ts';
import { exactLine } from '../../operations/core/fields.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/** Where Allure 3 puts the files of tests; both slashes separate the parts of a path (`pathInside`). */
const attachments = /^data[/\\]attachments[/\\]/;
/** A file of a test needs neither scripts nor other files: with scripts it could read all of the report, and take it elsewhere. */
const attachmentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
const reportPolicy = `${pagePolicy}; sandbox allow-scripts allow-popups allow-downloads`;

/**
 * Serves the pages of Allure. They show what shops and tests wrote, by scripts that are not ours, so they have an origin of their own
 * (`sandbox`): they cannot read or send anything with the rights of the user. Such a page sends no cookie, so the name of the report
 * is what gives access to its files; it cannot be guessed.
 */
export function mountAllureReports(server: FastifyInstance, { allureReports }: Context): void {
  const params = z.object({ name: exactLine(64), '*': exactLine(1000) });
  const options = {
    config: { entrance: 'open', foreignQuery: true },
    schema: { hide: true, params },
  } as const;
  server.get('/api/allure-reports/:name/*', options, async (request, reply) => {
    const { name, '*': path } = request.params as z.output<typeof params>;
    // Also of what does not exist: Allure asks for files that it has only for some runs.
    reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin');
    if (path === allureArchiveName) {
      return reply.type('application/x-tar').send(await allureReports.pack(name));
    }
    const file = await allureReports.find(name, path);
    return (
      reply
        .header('content-security-policy', attachments.test(path) ? attachmentPolicy : reportPolicy)
        // The reports of a name never change.
        .header('cache-control', 'private, max-age=86400')
        .type(types[extname(path).toLowerCase()] ?? 'application/octet-stream')
        .send(createReadStream(file))
    );
  });
}
