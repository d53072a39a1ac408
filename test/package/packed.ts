import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// `make test-package`, which builds before. It needs the registry of npm and takes minutes, so it is not part of `make test`: what
// is installed by those who have no checkout.

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
/** The even versions from the oldest that package.json allows to the one that the documentation recommends. */
const nodeVersions = [20, 22, 24];

let folder: string;
/** An empty folder in which the package was installed. */
let home: string;
let tarball: { filename: string; files: { path: string }[] };
let installOutput: string;

/** The environment of a user without settings, with a Node before all others. */
function userEnv(nodeFolder?: string): NodeJS.ProcessEnv {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH: nodeFolder === undefined ? PATH : `${nodeFolder}:${PATH}`, HOME, MATRE_ENGINE: 'sandbox' };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-package-'));
  home = join(folder, 'empty');
  await mkdir(home);
  const pack = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
  [tarball] = JSON.parse(pack.stdout);
  const install = await run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', join(folder, tarball.filename)],
    {
      cwd: home,
    },
  );
  installOutput = install.stdout + install.stderr;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the packed package', () => {
  it('has everything that the sources need, and no sources or tests', async () => {
    const paths = tarball.files.map(({ path }) => path);
    const sources = (await readdir(join(root, 'src'), { recursive: true })).filter(
      (path) => /\.(ts|sql|sh|php)$/.test(path) && !path.endsWith('.test.ts'),
    );
    expect(sources.length).toBeGreaterThan(400);
    expect(paths).toEqual(
      expect.arrayContaining(sources.map((path) => `dist/${path.replace(/\.ts$/, '.js')}`)),
    );
    expect(paths).toEqual(
      expect.arrayContaining([
        'bin/matre.js',
        'dist/bundle/main.js',
        'ci/github/action.yml',
        'ci/gitlab/matre.yml',
        'dist/web/index.html',
        'dist/web/api-docs/scalar.js.gz',
        'dist/engine/docker/client.licenses.md',
        'docs/configuration.md',
        'examples/module/registration.php',
        'LICENSE',
      ]),
    );
    expect(
      paths.filter((path) => /^(src|test|web|bench|scripts|deploy)\/|\.test\.|\.map$/.test(path)),
    ).toEqual([]);
  });

  it('installs without scripts, without warnings, and no package in it has an install script', async () => {
    expect(installOutput).not.toMatch(/warn|deprecat|script/i);
    const lock = JSON.parse(await readFile(join(home, 'node_modules/.package-lock.json'), 'utf8'));
    const packages = Object.entries<{ hasInstallScript?: boolean }>(lock.packages);
    expect(packages.length).toBeGreaterThan(50);
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it('has a command that npx finds', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const { stdout } = await run('npx', ['--no-install', 'matre', '--version'], {
      cwd: home,
      env: userEnv(),
    });
    expect(stdout).toBe(`${version}\n`);
  });

  it('completes its commands in bash', async () => {
    const script = `
      eval "$(matre completion bash)"
      COMP_LINE='matre dem' COMP_POINT=9
      _matre
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = userEnv(join(home, 'node_modules/.bin'));
    const { stdout } = await run('bash', ['-c', script], { cwd: home, env });
    expect(stdout).toBe('demo\n');
  });

  describe.each(nodeVersions)('with Node %i', (major) => {
    let nodeFolder: string;
    beforeAll(async () => {
      const name = `node-${process.platform}-${process.arch}`;
      const prefix = join(folder, `node-${major}`);
      await run('npm', ['install', '--prefix', prefix, '--ignore-scripts', '--no-audit', `${name}@${major}`]);
      nodeFolder = join(prefix, 'node_modules', name, 'bin');
    });

    it('in a folder of a user runs the demo with the expected verdicts, and serves its page and its description of the API', async () => {
      const { stdout: nodeVersion } = await run(join(nodeFolder, 'node'), ['--version']);
      expect(nodeVersion).toMatch(new RegExp(`^v${major}\\.`));
      const demo = spawn('npx', ['--no-install', 'matre', 'demo'], {
        cwd: home,
        env: { ...userEnv(nodeFolder), CI: 'true', MATRE_DATA: join(folder, `data-${major}`) },
      });
      const ended = once(demo, 'exit');
      const errors = text(demo.stderr);
      let output = '';
      const url = await new Promise<string>((resolveUrl, reject) => {
        demo.stdout.setEncoding('utf8').on('data', (part: string) => {
          output += part;
          const address = /The page: (\S+)/.exec(output)?.[1];
          if (address !== undefined) resolveUrl(address);
        });
        ended.then(async () => reject(new Error(output + (await errors))), reject);
      });
      for (const path of ['/', '/api/docs']) {
        const response = await fetch(url + path, { headers: { accept: 'text/html' } });
        const html = await response.text();
        expect(html).not.toContain('is not built');
        const script = /<script[^>]* src="(\/(?:assets|api)\/[^"]+)"/.exec(html)?.[1];
        expect((await fetch(`${url}${script}`)).status).toBe(200);
      }
      const [code] = await ended;
      expect(output).not.toContain('Unexpected: ');
      expect(output.trimEnd().split('\n').at(-1)).toBe('demo: environments=3 runs=6 overlaps=0 lost=0');
      expect({ code, errors: await errors }).toEqual({ code: 0, errors: '' });
    });
  });
});
