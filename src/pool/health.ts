import type { ContainerSpec, Engine } from '../engine/engine.ts';
import { type CapturedOutput, capture } from '../engine/read-all.ts';
import { clearLeftovers, leftovers, parseLeftovers, supervisorFile } from '../engine/supervised.ts';

/**
 * Checks a container from inside: prints the mounts on standard output and a line for each problem on standard error. The first
 * argument is the number of folders that must be writable; they follow it, and after them files that must have content.
 */
const checkScript = `
cat /proc/self/mountinfo
folders=$1
shift
while [ "$folders" -gt 0 ]; do
  { true >"$1/.matre-probe" && rm -f "$1/.matre-probe"; } 2>/dev/null || echo "$1 cannot be written" >&2
  shift
  folders=$((folders - 1))
done
for file; do
  [ -s "$file" ] || echo "$file is missing or empty" >&2
done
`;

/** The command that checks the container of a specification. `more` is a script that runs after the checks. */
function checkCommand(spec: ContainerSpec, requiredFiles: readonly string[], more = ''): string[] {
  const folders = spec.tmpfs.map(({ target }) => target);
  return ['sh', '-c', checkScript + more, 'sh', String(folders.length), ...folders, ...requiredFiles];
}

/** A check of a container and its result. */
export interface HealthCheck {
  /** What the check expects. */
  name: string;
  ok: boolean;
  /** What was observed. Of a failed check it follows the word "because". */
  seen: string;
}

/**
 * The first problem of a running container, or `undefined`: each tmpfs is one and writable, no mount shows a folder that was
 * deleted outside, and the required files exist and are not empty. Errors: those of the engine.
 */
export async function diagnose(
  engine: Engine,
  container: string,
  spec: ContainerSpec,
  requiredFiles: string[],
): Promise<string | undefined> {
  return firstProblem(spec, await capture(engine, container, checkCommand(spec, requiredFiles)));
}

/**
 * The result of `diagnose` without required files, and the tokens of the supervised processes in the container. One command
 * does both, because each costs the engine a process. Errors: those of the engine.
 */
export async function inspectInside(
  engine: Engine,
  container: string,
  spec: ContainerSpec,
): Promise<{ problem: string | undefined; processes: string[] }> {
  const argv = checkCommand(spec, [], `\necho ${divider}\nsh ${supervisorFile().path} list`);
  const { stdout, ...rest } = await capture(engine, container, argv);
  const [mountinfo = '', processes = ''] = stdout.split(`${divider}\n`);
  const tokens = parseLeftovers(processes).map(({ token }) => token);
  return { problem: firstProblem(spec, { stdout: mountinfo, ...rest }), processes: [...new Set(tokens)] };
}

const divider = '--- processes ---';

/** The first wrong mount, else all problems that the script printed. */
function firstProblem(spec: ContainerSpec, { stdout, stderr, code }: CapturedOutput): string | undefined {
  const wrongMount = checkMounts(spec, parseMounts(stdout)).find(({ ok }) => !ok);
  if (wrongMount) return wrongMount.seen;
  const problems = stderr.trim().replaceAll('\n', ', ');
  if (problems !== '') return problems;
  return code === 0 ? undefined : shellFailure(code);
}

const shellFailure = (code: number) => `its shell answers with exit code ${code}`;

function checkMounts(spec: ContainerSpec, mounts: ReturnType<typeof parseMounts>): HealthCheck[] {
  const tmpfs = spec.tmpfs.map(({ target }) => {
    const ok = mounts.get(target)?.type === 'tmpfs';
    return { name: `${target} is a tmpfs`, ok, seen: ok ? 'tmpfs' : `${target} is not a tmpfs` };
  });
  const binds = spec.mounts.map(({ source, target }) => {
    const mount = mounts.get(target);
    const ok = mount !== undefined && !mount.deleted;
    const wrong = `${target} does not show ${source}, which was deleted or replaced`;
    return { name: `${target} is mounted from ${source}`, ok, seen: ok ? 'it does' : wrong };
  });
  return [...tmpfs, ...binds];
}

/** The same checks as those of `diagnose`, each with its result. Errors: those of the engine. */
export async function checkInside(
  engine: Engine,
  container: string,
  spec: ContainerSpec,
  requiredFiles: readonly string[],
): Promise<HealthCheck[]> {
  const { code, stdout, stderr } = await capture(engine, container, checkCommand(spec, requiredFiles));
  const problems = stderr
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  const check = (name: string, problem: string) => {
    const ok = !problems.includes(problem);
    return { name, ok, seen: ok ? 'it is' : problem };
  };
  const checks = [
    ...checkMounts(spec, parseMounts(stdout)),
    ...spec.tmpfs.map(({ target }) => check(`${target} is writable`, `${target} cannot be written`)),
    ...requiredFiles.map((file) => check(`${file} exists`, `${file} is missing or empty`)),
  ];
  const explained = new Set(checks.map(({ seen }) => seen));
  const others = problems.filter((problem) => !explained.has(problem));
  if (code !== 0) others.push(shellFailure(code));
  return [...checks, ...others.map((seen) => ({ name: 'its shell answers', ok: false, seen }))];
}

/**
 * Size and use of each tmpfs that `df` reports, by target. POSIX `df -P`: blocks of 1024 bytes, the target is the last column.
 * Errors: those of the engine.
 */
export async function readFill(
  engine: Engine,
  container: string,
  targets: readonly string[],
): Promise<Map<string, { sizeBytes: number; usedBytes: number }>> {
  const { stdout } = await capture(engine, container, ['df', '-kP', ...targets]);
  const fill = new Map<string, { sizeBytes: number; usedBytes: number }>();
  for (const line of stdout.split('\n')) {
    const [, size, used, target] = /^\S+ +(\d+) +(\d+) +-?\d+ +\S+ +(.+)$/.exec(line) ?? [];
    if (target === undefined) continue;
    fill.set(target, { sizeBytes: Number(size) * 1024, usedBytes: Number(used) * 1024 });
  }
  return fill;
}

/** Kills the processes that earlier runs left. Returns the tokens of those runs, and whether all processes are gone. */
export async function clearEarlierRuns(
  engine: Engine,
  container: string,
): Promise<{ tokens: string[]; cleared: boolean }> {
  const processes = await leftovers(engine, container);
  if (processes.length === 0) return { tokens: [], cleared: true };
  const cleared = await clearLeftovers(engine, container);
  return { tokens: [...new Set(processes.map(({ token }) => token))], cleared };
}

/**
 * By target. man 5 proc: `ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS [...] - TYPE SOURCE ...`, with octal escapes; the kernel
 * adds `//deleted` to a root that no longer exists. A later line covers an earlier one.
 */
export function parseMounts(mountinfo: string): Map<string, { type: string; deleted: boolean }> {
  const mounts = new Map<string, { type: string; deleted: boolean }>();
  for (const line of mountinfo.split('\n')) {
    const [mount = '', filesystem = ''] = line.split(' - ');
    const [, , , root, target] = mount.split(' ');
    if (root === undefined || target === undefined) continue;
    const [type = ''] = filesystem.split(' ');
    mounts.set(unescapeOctal(target), { type, deleted: root.endsWith('//deleted') });
  }
  return mounts;
}

function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
