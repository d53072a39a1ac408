import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pagePolicy } from '../../allure/harden-page.ts';
import { allureArchiveName } from '../../model/page-links.ts';
import type { Context } from '../../operations/core/context.ts';
import { exactLine } from '../../operations/core/fields.ts';

/** By the extension of a file. */
const contentTypes: Record<string, string> = {
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

/** The paths of the files of tests in a report of Allure 3. `pathInside` takes both slashes as separators. */
const attachmentPath = /^data[/\\]attachments[/\\]/;
/** A file of a test needs neither scripts nor other files: a script in it could read the whole report and send it elsewhere. */
const attachmentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
const reportPolicy = `${pagePolicy}; sandbox allow-scripts allow-popups allow-downloads`;

/**
 * Serves the pages of Allure. Their scripts are not ours, and they show what shops and tests wrote, so the policy gives them an opaque
 * origin (`sandbox`): they cannot read or send anything with the rights of the user. Such a page sends no cookie, so access depends on
 * the name of the report alone, which has 24 random bytes.
 */
export function mountAllureReports(server: FastifyInstance, { allureReports }: Context): void {
  const params = z.object({ name: exactLine(64), '*': exactLine(1000) });
  const options = {
    config: { entrance: 'open', foreignQuery: true },
    schema: { hide: true, params },
  } as const;
  server.get('/api/allure-reports/:name/*', options, async (request, reply) => {
    const { name, '*': path } = request.params as z.output<typeof params>;
    // Set before the file is looked up: Allure requests optional files, and its scripts must be able to read the answer 404.
    reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin');
    if (path === allureArchiveName) {
      return reply.type('application/x-tar').send(await allureReports.pack(name));
    }
    const file = await allureReports.find(name, path);
    return (
      reply
        .header('content-security-policy', attachmentPath.test(path) ? attachmentPolicy : reportPolicy)
        // A report never changes under its name.
        .header('cache-control', 'private, max-age=86400')
        .type(contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream')
        .send(createReadStream(file))
    );
  });
}
