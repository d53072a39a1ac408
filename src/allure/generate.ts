import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { Fault } from '../faults/fault.ts';
import { visible } from '../model/visible-text.ts';

/** MB of its heap; 3,000 results with 300 screenshots and a history of 20 runs need fewer (bench/report.ts). */
const heapMegabytes = 320;
const limitMs = 5 * 60_000;
/** What is kept of its output, for messages. */
const maxOutputBytes = 4_096;

/** Variables that Allure inherits, and no others: by those of a pipeline it would describe that pipeline. */
const inherited = ['PATH', 'TMPDIR', 'LANG'];

export interface GenerateOptions {
  /** Result files and their attachments. */
  results: string;
  /** JSON lines, see `createHistoryLines`. */
  history: string;
  /** A folder that does not exist yet. */
  output: string;
  /** A folder for its configuration. */
  scratch: string;
  title: string;
  signal: AbortSignal;
}

/** The configuration of Allure: one page with its data, which knows earlier runs and remembers nothing. */
export const allureConfig = ({
  title,
  history,
  output,
}: Pick<GenerateOptions, 'title' | 'history' | 'output'>) => ({
  name: title,
  output,
  historyPath: history,
  appendHistory: false,
  plugins: { awesome: { options: { reportName: title, groupBy: ['parentSuite', 'suite'] } } },
});

/**
 * Makes the page in a process of its own, so that neither its memory nor its work burdens this one. Errors: ALLURE_MISSING,
 * ALLURE_FAILED, and the reason of `signal`.
 */
export async function generate(options: GenerateOptions & { configFile: string }): Promise<void> {
  const { results, scratch, configFile, signal } = options;
  signal.throwIfAborted();
  const cli = await findAllure();
  const environment = Object.fromEntries(
    inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${heapMegabytes}`, cli, 'generate', '--config', configFile, results],
    {
      cwd: scratch,
      env: { ...environment, HOME: scratch, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
      killSignal: 'SIGKILL',
    },
  );
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-maxOutputBytes);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  if (child.pid !== undefined) lowerPriority(child.pid);
  try {
    const [code, killedBy] = await once(child, 'close');
    if (code === 0) return;
    const end = killedBy === null ? `exit code ${code}` : String(killedBy);
    throw new Fault('ALLURE_FAILED', `Allure ended with ${end}: ${visible(output.trim())}`);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Fault) throw error;
    const isLate = (error as Error).name === 'AbortError';
    const reason = isLate ? `took longer than ${limitMs / 60_000} minutes` : (error as Error).message;
    throw new Fault('ALLURE_FAILED', `Allure did not make the report: ${reason}.`, { cause: error });
  }
}

/** The script of the package `allure`, which is optional. Errors: ALLURE_MISSING. */
async function findAllure(): Promise<string> {
  try {
    // Its package.json is not among its exports.
    const entry = createRequire(import.meta.url).resolve('allure');
    const folder = dirname(dirname(entry));
    const { bin, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    if (!/^3\./.test(version)) {
      throw new Fault('ALLURE_MISSING', `The package allure has version ${version}; matre needs 3.`);
    }
    return join(folder, bin);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('ALLURE_MISSING', 'The package allure is not installed beside matre.', { cause: error });
  }
}

/** The tests and the server come first. A system may forbid it. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {}
}
