import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type Rolldown } from 'vite';
import { apiReference } from './api-reference.ts';
import { traceViewer } from './trace-viewer.ts';

/** The server that `npm run dev` proxies to: `matre up` or `matre demo` in another terminal. */
const server = process.env['MATRE_URL'] ?? 'http://127.0.0.1:8089';

export default defineConfig({
  plugins: [react(), compressed(), apiReference(), traceViewer()],
  // Chunks find each other at any base path; the server makes the addresses in index.html absolute (src/server/http/page.ts).
  base: './',
  // The server replaces it in each response (src/server/http/page.ts).
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Every asset is a file: the content security policy allows no data: URLs for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Code that every view needs is one file, instead of one per combination of views that share it.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ debugName: 'page', name: (id, graph) => (isForAll(id, graph) ? 'page' : null) }],
        },
      },
    },
    // In kB, before compression: that one file has 640. test/page/bundle.test.ts limits what matters, the compressed size of all.
    chunkSizeWarningLimit: 800,
    // Browsers since mid-2024, which support light-dark().
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
  },
  server: {
    proxy: {
      '/api': {
        target: server,
        changeOrigin: true,
        // The server refuses requests from other origins, and the development page has another origin.
        configure: (proxy) => proxy.on('proxyReq', (request) => request.setHeader('origin', server)),
      },
    },
  },
});

/** Whether the entry imports a module statically, without an import() on the way. */
function isForAll(id: string, graph: Rolldown.ChunkingContext): boolean {
  const seen = new Set([id]);
  for (const each of seen) {
    const module = graph.getModuleInfo(each);
    if (module?.isEntry) return true;
    for (const importer of module?.importers ?? []) seen.add(importer);
  }
  return false;
}

/** Writes a .br and .gz file for each asset at build time, so that the server never compresses. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    // Runs last, because Vite still changes files after generating them.
    async writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name))) {
        const content = await readFile(join(dir, name));
        await writeFile(join(dir, `${name}.br`), brotliCompressSync(content));
        await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}
