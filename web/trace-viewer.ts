import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Copies the trace viewer of Playwright to `trace-viewer/`, with its licence. Its script in the HTML is left out: it explains pages that
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
    },
  };
}
