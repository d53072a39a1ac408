import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

/** Where `npm run dev` finds the server: `matre up` or `matre demo` in another terminal. */
const server = process.env['MATRE_URL'] ?? 'http://127.0.0.1:8089';

export default defineConfig({
  plugins: [react(), compressed()],
  // Filled in by the server for each answer (src/server/http/page.ts).
  html: { cspNonce: '__NONCE__' },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Every asset is a file: the policy of the page allows no data: addresses for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What everybody needs is one file, not one for each combination of views that share a part of it.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: (id, graph) => (isForAll(id, graph) ? 'page' : null) }],
        },
      },
    },
    // Browsers since the middle of 2024, which know light-dark().
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
  },
  server: {
    proxy: {
      '/api': {
        target: server,
        changeOrigin: true,
        // The server refuses what comes from another origin, and this page does while it is developed.
        configure: (proxy) => proxy.on('proxyReq', (request) => request.setHeader('origin', server)),
      },
    },
  },
});

/** Whether the entry leads to a module without an import() on the way. */
function isForAll(id: string, graph: Rolldown.ChunkingContext): boolean {
  const seen = new Set([id]);
  for (const each of seen) {
    const module = graph.getModuleInfo(each);
    if (module?.isEntry) return true;
    for (const importer of module?.importers ?? []) seen.add(importer);
  }
  return false;
}

/** Writes .br and .gz beside each asset, once, so that the server compresses nothing. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    // After everything else: Vite still changes files when it has generated them.
    async writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name))) {
        const content = await readFile(join(dir, name));
        await writeFile(join(dir, `${name}.br`), brotliCompressSync(content));
        await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}
