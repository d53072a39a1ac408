import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * What runs before the service worker of the viewer. It answers with files of a trace under this server's origin, with the types that the
 * trace names, and writes names of attributes into snapshots as they are (playwright-core 1.65.1). So a snapshot may frame only
 * snapshots and the empty page (`data:`), and sends no form, because its address looks like a page of this server; and a file that is
 * opened as a page has no script and no origin. The policies are added to those of the worker: browsers apply all.
 */
const guard = `{
  const respondWith = FetchEvent.prototype.respondWith;
  const { scope } = self.registration;
  const sealed = "sandbox; default-src 'none'";
  const policies = {
    'snapshot/': \`frame-src \${scope}snapshot/ data:; form-action 'none'\`,
    'file/': sealed,
    'closest-screenshot/': sealed,
  };
  const protect = (url, response) => {
    const path = Object.keys(policies).find((start) => url.startsWith(scope + start));
    if (path === undefined) return response;
    const { status, statusText } = response;
    const headers = new Headers(response.headers);
    headers.append('content-security-policy', policies[path]);
    headers.set('x-content-type-options', 'nosniff');
    return new Response(response.body, { status, statusText, headers });
  };
  FetchEvent.prototype.respondWith = function (answer) {
    const { url } = this.request;
    respondWith.call(this, Promise.resolve(answer).then((response) => protect(url, response)));
  };
}
`;

/** Puts the guard before the service worker in this folder, or throws when there is none. */
async function guardWorker(folder: string): Promise<void> {
  const path = join(folder, 'sw.bundle.js');
  const worker = await readFile(path, 'utf8');
  if (!worker.includes('.respondWith('))
    throw new Error('The service worker of the trace viewer has changed');
  await writeFile(path, guard + worker);
}

/**
 * Copies the trace viewer of Playwright to `trace-viewer/`, with its licence and a guard before its service worker. Its script in the HTML is left out: it explains pages that
 * are opened without a server, and the content security policy forbids it.
 */
export function traceViewer(): Plugin {
  return {
    name: 'trace-viewer',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const source = dirname(createRequire(import.meta.url).resolve('playwright-core/package.json'));
      const folder = join(dir, 'trace-viewer');
      await mkdir(folder, { recursive: true });
      // Those of `playwright test --ui`.
      const isOfViewer = (path: string) => !basename(path).startsWith('uiMode');
      await cp(join(source, 'lib/vite/traceViewer'), folder, { recursive: true, filter: isOfViewer });
      for (const name of ['LICENSE', 'NOTICE']) await copyFile(join(source, name), join(folder, name));
      const index = join(folder, 'index.html');
      const html = await readFile(index, 'utf8');
      const scripts = /<script>[\s\S]*?<\/script>/g;
      if (!scripts.test(html)) throw new Error('The HTML of the trace viewer has changed');
      await writeFile(index, html.replace(scripts, ''));
      await guardWorker(folder);
    },
  };
}
