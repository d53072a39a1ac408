import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

// Executes the steps of ci/ as GitHub and GitLab do, as far as these files use them.

const ci = resolve(import.meta.dirname, '../../ci');

interface ActionStep {
  id?: string;
  name: string;
  if?: string;
  shell: string;
  env: Record<string, string>;
  run: string;
}

export interface Action {
  inputs: Record<string, { default?: string; required?: boolean }>;
  outputs: Record<string, { value: string }>;
  runs: { using: string; steps: ActionStep[] };
}

export interface GitlabJob {
  image: string;
  variables: Record<string, string>;
  before_script: string[];
  script: string[];
  after_script: string[];
  artifacts: { when: string; paths: string[]; reports: { junit: string } };
}

export const readAction = async (): Promise<Action> =>
  parse(await readFile(join(ci, 'github/action.yml'), 'utf8'));
export const readGitlabJob = async (): Promise<GitlabJob> =>
  parse(await readFile(join(ci, 'gitlab/matre.yml'), 'utf8'))['.matre'];

export interface JobOptions {
  /** A new folder is created below it: the checkout of the job. */
  folder: string;
  /** The environment of the job: PATH with a `matre`, MATRE_TOKEN. */
  env: Record<string, string>;
  /** Of the pull request of a workflow: `number` and `head.sha`. */
  pullRequest?: Record<string, string>;
  /** Cancels the job when it resolves, while the step that waits is running. Gets the folder of the job. */
  cancel?: (workspace: string) => Promise<unknown>;
}

export interface JobResult {
  workspace: string;
  /** The exit code of the first step that failed; 0 when none did. */
  code: number;
  /** Both outputs of all steps. */
  log: string;
}

interface ShellEnd {
  code: number;
  cancelled: boolean;
}

/** Executes a script until it ends, or until it is cancelled: then its processes get SIGTERM. */
async function execute(
  argv: string[],
  {
    cwd,
    env,
    cancel,
    print,
  }: Omit<JobOptions, 'folder' | 'pullRequest'> & { cwd: string; print: (text: string) => void },
): Promise<ShellEnd> {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8').on('data', print);
  child.stderr.setEncoding('utf8').on('data', print);
  let cancelled = false;
  const closed = once(child, 'close');
  const onCancel = () => {
    if (child.exitCode !== null || child.pid === undefined) return;
    cancelled = true;
    process.kill(-child.pid, 'SIGTERM');
  };
  // A rejection means that the job ended before.
  cancel?.(cwd).then(onCancel, () => undefined);
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  return { code: code ?? (signal === null ? 0 : 143), cancelled };
}

export interface ActionResult extends JobResult {
  outputs: Record<string, string>;
  summary: string;
}

/** Executes the action with these inputs. */
export async function runAction(inputs: Record<string, string>, job: JobOptions): Promise<ActionResult> {
  const action = await readAction();
  const workspace = await mkdtemp(join(job.folder, 'job-'));
  const files = { GITHUB_PATH: '', GITHUB_STEP_SUMMARY: '' };
  for (const name of Object.keys(files)) await writeFile(join(workspace, name), '');
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']);
  const values: Record<string, string> = { ...Object.fromEntries(defaults), ...inputs };
  const outputs: Record<string, Record<string, string>> = {};
  let code = 0;
  let cancelled = false;
  let log = '';

  const lookUp = (name: string): string => {
    const input = /^inputs\.([\w-]+)$/.exec(name)?.[1];
    if (input !== undefined && values[input] !== undefined) return values[input];
    // Empty in a workflow that no pull request has started.
    const ofPullRequest = /^github\.event\.pull_request\.([\w.]+)$/.exec(name)?.[1];
    if (ofPullRequest !== undefined) return job.pullRequest?.[ofPullRequest] ?? '';
    const [, step, output] = /^steps\.([\w-]+)\.outputs\.([\w-]+)$/.exec(name) ?? [];
    if (step === undefined || output === undefined) throw new Error(`Not known here: ${name}`);
    return outputs[step]?.[output] ?? '';
  };
  const resolveAll = (text: string) => text.replace(/\$\{\{ (.*?) \}\}/g, (_, name: string) => lookUp(name));
  const holds = (condition: string | undefined) => {
    const terms = condition?.split(' && ') ?? [];
    const hasStatus = terms.includes('cancelled()');
    if (!hasStatus && (code !== 0 || cancelled)) return false;
    return terms.every((term) => {
      if (term === 'cancelled()') return cancelled;
      const [, name = '', value] = /^(\S+) != '(.*)'$/.exec(term) ?? [];
      return lookUp(name) !== value;
    });
  };

  for (const [index, step] of action.runs.steps.entries()) {
    if (!holds(step.if)) continue;
    const script = join(workspace, `step-${index}.sh`);
    const outputFile = join(workspace, `output-${index}`);
    await writeFile(script, step.run);
    await writeFile(outputFile, '');
    const end = await execute(['bash', '--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: workspace,
      env: {
        ...job.env,
        ...Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, resolveAll(text)])),
        GITHUB_OUTPUT: outputFile,
        GITHUB_PATH: join(workspace, 'GITHUB_PATH'),
        GITHUB_STEP_SUMMARY: join(workspace, 'GITHUB_STEP_SUMMARY'),
        RUNNER_TEMP: workspace,
      },
      ...(job.cancel && step.id === 'wait' && { cancel: job.cancel }),
      print: (text) => {
        log += text;
      },
    });
    if (end.cancelled) cancelled = true;
    else if (code === 0) code = end.code;
    const lines = (await readFile(outputFile, 'utf8')).split('\n').filter((line) => line !== '');
    if (step.id !== undefined) {
      outputs[step.id] = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
    }
  }
  return {
    workspace,
    code,
    log,
    outputs: Object.fromEntries(
      Object.entries(action.outputs).map(([name, { value }]) => [name, resolveAll(value)]),
    ),
    summary: await readFile(join(workspace, 'GITHUB_STEP_SUMMARY'), 'utf8'),
  };
}

/**
 * The workflow commands that the runner of GitHub obeys in a log: lines that begin with `::`, and `##[` anywhere, except after
 * `::stop-commands::TOKEN` until `::TOKEN::`.
 */
export function commandsIn(log: string): string[] {
  const commands: string[] = [];
  let token: string | undefined;
  for (const line of log.split(/\r?\n|\r/)) {
    if (token !== undefined) {
      if (line.trim() === `::${token}::`) token = undefined;
      continue;
    }
    token = /^::stop-commands::(.+)$/.exec(line)?.[1];
    if (token === undefined && (/^\s*::/.test(line) || line.includes('##['))) commands.push(line);
  }
  return commands;
}

/** Executes a job that extends the template, with these variables, in a shell. */
export async function runGitlabJob(
  shell: 'sh' | 'bash',
  variables: Record<string, string>,
  { folder, env, cancel }: JobOptions,
): Promise<JobResult> {
  const job = await readGitlabJob();
  const workspace = await mkdtemp(join(folder, 'job-'));
  let log = '';
  const run = (lines: string[], more: Record<string, string>, canCancel: boolean) =>
    execute([shell, '-e', '-c', lines.join('\n')], {
      cwd: workspace,
      env: { ...env, ...job.variables, ...variables, ...more },
      ...(canCancel && cancel && { cancel }),
      print: (text) => {
        log += text;
      },
    });
  const { code, cancelled } = await run([...job.before_script, ...job.script], {}, true);
  const status = cancelled ? 'canceled' : code === 0 ? 'success' : 'failed';
  await run(job.after_script, { CI_JOB_STATUS: status }, false);
  return { workspace, code, log };
}
