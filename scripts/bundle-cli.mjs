// Bundles the command line into dist/bundle/, or into the same place of the given folder. Commands start in a fraction of
// the time: a file for each module, of zod above all, costs more than all that a command does (bench/start-time.ts).
//
// The bundle has what a client of a server needs. What opens a database, serves or starts workers stays as it is compiled
// in dist/, because it finds migrations, scripts and the files of its threads beside its modules; the bundle imports it on
// demand. So there may be two copies of a module in a process: see `Fault` and src/cli/client/local.ts.
import { relative, resolve } from 'node:path';
import { build } from 'vite';

const [to = 'dist'] = process.argv.slice(2);
const source = resolve('src');
/** The modules that are not bundled, as they are imported by commands. */
const compiled = /^(app|server|demo)\/|^cli\/client\/local\.ts$/;

/** What it imports is what nearly every command of a client needs. */
const client = /\/src\/cli\/commands\/list\.ts$/;

await build({
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: ['chalk', 'commander', 'fastest-levenshtein', 'zod'] },
  build: {
    ssr: 'src/cli/main.ts',
    minify: false,
    outDir: resolve(to, 'bundle'),
    emptyOutDir: true,
    target: 'node20',
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        // V8 reads every character at each start. Names stay, for the stack of an unexpected error.
        minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ debugName: 'start and client', name: chunkOf }],
        },
      },
    },
  },
  plugins: [
    {
      // Commander starts programs for commands that are files of their own, of which matre has none.
      name: 'commander-without-processes',
      transform(code, id) {
        if (!id.endsWith('/commander/lib/command.js')) return;
        return code.replace(
          "const childProcess = require('node:child_process');",
          "const childProcess = { spawn: (...args) => require('node:child_process').spawn(...args) };",
        );
      },
    },
    {
      name: 'compiled-modules',
      enforce: 'pre',
      resolveId(specifier, importer) {
        if (importer === undefined || !specifier.startsWith('.')) return;
        const path = relative(source, resolve(importer, '..', specifier));
        if (compiled.test(path)) return { id: `../${path.replace(/\.ts$/, '.js')}`, external: 'relative' };
      },
    },
  ],
});

/** The chunk of a module: what the help needs, what `list` needs, or one of those that Rolldown makes of the others. */
function chunkOf(id, graph) {
  // The entry awaits the command, so a chunk with the entry would wait for the chunks of commands that import it, for ever.
  if (graph.getModuleInfo(id)?.isEntry) return null;
  const importers = importersOf(id, graph);
  if (importers.some((each) => graph.getModuleInfo(each)?.isEntry)) return 'start';
  return importers.some((each) => client.test(each)) ? 'client' : null;
}

/** A module and all that import it statically, without an import() on the way. */
function importersOf(id, graph) {
  const seen = new Set([id]);
  for (const each of seen)
    for (const importer of graph.getModuleInfo(each)?.importers ?? []) seen.add(importer);
  return [...seen];
}
