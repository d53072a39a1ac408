import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { examplePath } from '../../src/demo/examples.ts';
import { sampleAdmin } from '../../src/demo/shop/shop.ts';
import { buildSampleTree, samplePhp, sampleRoot } from '../../src/demo/tree.ts';

export interface ProcessResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A sample tree with the sample module in its own folder, called as a container calls it. */
export interface Sample {
  root: string;
  acceptance: string;
  generated: string;
  /** The output folder of runs. */
  output: string;
  /** Writes `.env`: the module's values for an environment, then these. */
  env(values: Record<string, string>, environment?: string): Promise<void>;
  /** Adds a test with these steps to the module. */
  addTest(name: string, steps: string, rest?: string): Promise<void>;
  addFile(path: string, content: string): Promise<void>;
  /** Starts `php vendor/bin/<command>`; the caller awaits `ended`. */
  start(command: 'mftf' | 'codecept', args: string[]): { pid: number; ended: Promise<ProcessResult> };
  mftf(...args: string[]): Promise<ProcessResult>;
  generate(...names: string[]): Promise<ProcessResult>;
  /** Runs a Cest or a folder below `_generated`. */
  run(path: string, ...args: string[]): Promise<ProcessResult>;
  files(folder: string): Promise<string[]>;
  read(path: string): Promise<string>;
  remove(): Promise<void>;
}

/** The options that matre passes to codecept. */
const options = ['--no-colors', '--no-ansi', '--no-interaction', '--verbose', '--steps', '--xml=report.xml'];

export interface Samples {
  open(mftfVersion?: string): Promise<Sample>;
  /** Removes the templates of the samples. */
  close(): Promise<void>;
}

/** Copying a tree is much faster than building it, so each version is built once. */
export function createSamples(): Samples {
  const templates = new Map<string, Promise<string>>();
  const build = async (mftfVersion: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'matre-example-template-'));
    const root = await buildSampleTree(folder, { mftfVersion });
    await cp(examplePath('module'), join(root, 'app/code/TestModule'), { recursive: true });
    return folder;
  };
  return {
    async open(mftfVersion = '3.8.0') {
      const template = templates.get(mftfVersion) ?? build(mftfVersion);
      templates.set(mftfVersion, template);
      return openSample(await template);
    },
    async close() {
      for (const folder of templates.values()) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function openSample(template: string): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-example-'));
  await cp(template, folder, { recursive: true });
  const root = join(folder, sampleRoot);
  const module = join(root, 'app/code/TestModule');
  const acceptance = join(root, 'dev/tests/acceptance');
  const output = join(folder, 'output');

  const start = (command: 'mftf' | 'codecept', args: string[]) => {
    const argv = ['-d', 'error_reporting=8191', '-d', 'memory_limit=-1', join(root, 'vendor/bin', command)];
    const cwd = command === 'mftf' ? root : acceptance;
    const child = spawn(join(folder, samplePhp), [...argv, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve({ code, signal }));
    });
    const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(
      ([end, stdout, stderr]): ProcessResult => ({ ...end, stdout, stderr }),
    );
    return { pid: child.pid ?? 0, ended };
  };
  const addFile = (path: string, content: string) => writeFile(join(module, 'Test/Mftf', path), content);

  return {
    root,
    acceptance,
    generated: join(acceptance, 'tests/functional/Magento/_generated'),
    output,
    start,
    addFile,
    env: async (values, environment = 'preprod-us') => {
      const base = await readFile(join(module, 'Cron/data', `.env.${environment}`), 'utf8');
      const defaults = {
        MAGENTO_BASE_URL: 'http://127.0.0.1:8101/',
        MAGENTO_ADMIN_PASSWORD: sampleAdmin.password,
      };
      const all = { ...defaults, ...values };
      const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
      await writeFile(join(acceptance, '.env'), base + lines.join(''));
    },
    addTest: (name, steps, rest = '') =>
      addFile(`Test/${name}.xml`, `<tests><test name="${name}"${rest}>${steps}</test></tests>`),
    mftf: (...args) => start('mftf', args).ended,
    generate: (...names) => start('mftf', ['generate:tests', '--force', '--no-ansi', ...names]).ended,
    run: (path, ...args) => {
      const target = join('tests/functional/Magento/_generated', path);
      const override = ['-o', `paths: output: ${output}`];
      return start('codecept', ['run', 'functional', target, ...options, ...override, ...args]).ended;
    },
    files: async (path) =>
      (await readdir(path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
        .sort(),
    read: (path) => readFile(path, 'utf8'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The part of a test case of an Allure 1 file that these tests use. */
export function allureCases(xml: string) {
  return [...xml.matchAll(/<test-case ([^>]*)>([\s\S]*?)<\/test-case>/g)].map(
    ([, attributes = '', body = '']) => ({
      name: /<name>(.*)<\/name>/.exec(body)?.[1],
      status: /status="(\w+)"/.exec(attributes)?.[1],
      stopped: attributes.includes('stop='),
      message: /<message>([\s\S]*?)<\/message>/.exec(body)?.[1],
      attachments: [...body.matchAll(/<attachment title="([^"]*)" source="([^"]*)"/g)].map(
        ([, title = '', source = '']) => ({ title, source }),
      ),
    }),
  );
}
