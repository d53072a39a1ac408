// Bundles src/engine/docker/client.ts with dockerode into its place in dist/, or in the given folder. So those who install matre
// need neither dockerode nor ssh2, cpu-features, protobufjs and gRPC below it, which have install scripts and are never used:
// DOCKER_HOST can be no ssh:// address, and no image is built through a BuildKit session.
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const [to = 'dist'] = process.argv.slice(2);
const folder = resolve(to, 'engine/docker');
/** As they are required by modules of a package. */
const unused = [
  { specifier: './ssh', importer: /\/docker-modem\/lib\/modem\.js$/ },
  { specifier: './session', importer: /\/dockerode\/lib\/docker\.js$/ },
];

await build({
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: 'src/engine/docker/client.ts',
    outDir: folder,
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'node20',
    license: { fileName: 'client.licenses.md' },
    rolldownOptions: { output: { entryFileNames: 'client.js' } },
  },
  plugins: [
    {
      name: 'unused-modules',
      enforce: 'pre',
      resolveId(specifier, importer = '') {
        if (unused.some((each) => each.specifier === specifier && each.importer.test(importer)))
          return '\0unused.cjs';
      },
      load(id) {
        if (id === '\0unused.cjs') {
          return 'module.exports = () => { throw new Error("This is not part of the build of matre."); };';
        }
      },
    },
  ],
});
// That of the compiler, for what the bundle has replaced.
await rm(join(folder, 'client.js.map'), { force: true });
